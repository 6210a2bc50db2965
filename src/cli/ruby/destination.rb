# frozen_string_literal: true

require_relative "bedrock_model"

module Multiwoven
  module Integrations
    module Destination
      module AwsBedrockModel
        # The models of Amazon Bedrock as a destination: each row becomes a request, and its answer enriches it.
        class Client < BedrockModel.base("DestinationConnector")
          include BedrockModel::Client

          # The catalog of the settings, or the one that holds for any settings where the process cannot answer.
          def discover(connection_config = nil)
            message(BedrockModel::Serve.call("discover", settings(connection_config), side))
          rescue StandardError
            message(type: "catalog", catalog: file("config/catalog.json"))
          end

          # One tracking message. Where the process cannot answer, every record counts as failed. Nothing is sent that a
          # check refuses: a connection may have been saved without one.
          def write(sync_config, records, _action = nil)
            message(answer_to_write(request(sync_config), records, { strict: true }))
          rescue StandardError => e
            # The host's log hears once of a command that is missing, not once a row.
            failure("WRITE", e) unless e.is_a?(BedrockModel::StillDown)
            logs = records.map { { name: "AwsBedrockModel", level: "error", message: log_text(e) } }
            message(type: "tracking", tracking: { success: 0, failed: records.size, logs: logs })
          end

          # Yields a record message for every record, in order, and returns the tracking message. Not a hook of the host.
          def enrich(sync_config, records)
            message(BedrockModel::Serve.call("enrich", request(sync_config), records) { |one| yield message(one) })
          end

          private

          # A ledger knows what became of the rows whose process has died: another process may take them up.
          def answer_to_write(*args)
            BedrockModel::Serve.call("write", *args)
          rescue BedrockModel::ServeEnded
            raise if args.first.dig(:destination, :connection_specification, "ledger").to_s.empty?

            BedrockModel::Serve.call("write", *args)
          end

          # Only what the connector reads: a sync config holds the other side's secrets and the host's own objects.
          def request(sync_config)
            config = host_defaults.merge(settings(sync_config.destination.connection_specification)) do |_, usual, given|
              given.nil? || given == "" ? usual : given
            end
            { sync_id: sync_config.sync_id, sync_run_id: sync_config.sync_run_id,
              destination: { connection_specification: config } }
          end

          # What the form has as default in this host alone. A connection may have been saved without its form, and a
          # variable of the host's environment that a setting names may be empty.
          def host_defaults
            @host_defaults ||= %i[undouble_apostrophes on_blank].to_h do |name|
              [name.to_s, connector_spec.connection_specification.dig(:properties, name, :default)]
            end
          end

          # The host parses the first log's message as JSON, else it takes the row for one that was never sent.
          def log_text(error)
            JSON.generate(request: "write", response: reason(error), level: "error")
          end
        end
      end
    end
  end
end
