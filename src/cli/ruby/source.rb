# frozen_string_literal: true

require_relative "bedrock_model"

module Multiwoven
  module Integrations
    module Source
      module AwsBedrockModel
        # The models of Amazon Bedrock as an AI source: finished requests go in, the service's answers come out.
        class Client < BedrockModel.base("SourceConnector")
          include BedrockModel::Client

          # The streams of a source are those that its user defines.
          def discover(_connection_config = nil)
            message(type: "catalog", catalog: file("config/catalog.json"))
          end

          # An array of one record message, an empty one at a positive offset, or one log message. Where the
          # connection has `is_stream`, the block is given an array of one record message for each event of the
          # service as it comes, and at last the answer as a whole, which is returned as well.
          def read(sync_config, &block)
            config = sync_config.source.connection_specification
            ids = { sync_id: sync_config.sync_id, sync_run_id: sync_config.sync_run_id }
            answer_to(config, sync_config.model.query, { offset: sync_config.offset }, &block)
          rescue StandardError => e
            failure("READ", e, ids.to_h)
          end

          private

          # The host calls this one with a payload that is parsed already.
          def run_model(connection_config, payload, &block)
            answer_to(connection_config, payload, &block)
          rescue StandardError => e
            failure("RUN_MODEL", e)
          end

          def answer_to(config, query, place = {})
            request = { **place, model: { query: query }, source: { connection_specification: settings(config) } }
            stream = block_given? && settings(config)["is_stream"].to_s == "true"
            answer = BedrockModel::Serve.call("read", request, { stream: stream }) { |event| yield [message(event)] }
            raise BedrockModel::ServeError, answer[:log][:message] unless answer.is_a?(Array)

            answer.map { |one| message(one) }.tap { |whole| yield whole if stream }
          end
        end
      end
    end
  end
end
