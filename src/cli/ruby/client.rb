# frozen_string_literal: true

require "json"
require "open3"
require "shellwords"

module Multiwoven
  module Integrations
    module Destination
      module AwsBedrockModel
        # The connector for hosts that run on Ruby. It runs `bedrock-model serve`, one process for a host process, and
        # passes hooks on to it; what never changes is answered from the files beside it. One instance serves any
        # number of threads. No hook of the host raises. The command is taken from BEDROCK_MODEL_SERVE where that is set.
        class Client
          def connector_spec
            Protocol::ConnectorSpecification.new(file("config/spec.json"))
          end

          # The icon is in the answer itself, since the host would look for a name in its own repository.
          def meta_data
            icon = [File.binread(path("icon.svg"))].pack("m0")
            data = file("config/meta.json")[:data]
            { data: data.merge(icon: "data:image/svg+xml;base64,#{icon}") }
          end

          def check_connection(connection_config)
            message(Serve.call("check_connection", connection_config.to_h))
          rescue StandardError => e
            message(type: "connection_status", connection_status: { status: "failed", message: reason(e) })
          end

          # The catalog of the settings, or the one that holds for any settings where the process cannot answer.
          def discover(connection_config = nil)
            message(Serve.call("discover", connection_config.to_h))
          rescue StandardError
            message(type: "catalog", catalog: file("config/catalog.json"))
          end

          # One tracking message. Where the process cannot answer, every record counts as failed.
          def write(sync_config, records, _action = nil)
            message(Serve.call("write", destination(sync_config), records))
          rescue StandardError => e
            logs = records.map { log("write", e) }
            message(type: "tracking", tracking: { success: 0, failed: records.size, logs: logs })
          end

          # An array of one record message, an empty one at a positive offset, or one log message.
          def read(sync_config)
            answer = Serve.call("read", source(sync_config))
            answer.is_a?(Array) ? answer.map { |one| message(one) } : message(answer)
          rescue StandardError => e
            message(type: "log", log: log("read", e))
          end

          # Yields a record message for every record, in order, and returns the tracking message. Not a hook of the host.
          def enrich(sync_config, records)
            message(Serve.call("enrich", destination(sync_config), records) { |one| yield message(one) })
          end

          private

          # Only what the connector reads: a sync config holds the other side's secrets and the host's own objects.
          def destination(sync_config)
            { sync_id: sync_config.sync_id, sync_run_id: sync_config.sync_run_id,
              destination: { connection_specification: sync_config.destination.connection_specification } }
          end

          def source(sync_config)
            { offset: sync_config.offset, model: { query: sync_config.model.query },
              source: { connection_specification: sync_config.source.connection_specification } }
          end

          def message(fields)
            Protocol::MultiwovenMessage.new(fields)
          end

          # The host parses the first log's message as JSON, else it takes the row for one that was never sent.
          def log(hook, error)
            text = JSON.generate(request: hook, response: reason(error), level: "error")
            { name: "AwsBedrockModel", level: "error", message: text }
          end

          # Another library's words may quote a row or a secret.
          def reason(error)
            error.is_a?(ServeError) ? error.message : "bedrock-model serve was not reached (#{error.class})"
          end

          def file(name)
            JSON.parse(File.read(path(name), encoding: "UTF-8"), symbolize_names: true)
          end

          def path(name)
            File.join(__dir__, name)
          end
        end

        # An answer that is an error, or the end of the process before its answer.
        class ServeError < StandardError; end

        # A running `bedrock-model serve`: requests of all threads go over its stdin, answers come by their id.
        class Serve
          @starting = Mutex.new

          class << self
            # The hook's answer, with symbols as keys. Yields the messages of a stream that go before it.
            def call(hook, *args, &block)
              shared.call(hook, args, &block)
            end

            private

            # After a fork the process is the parent's, whose answers only the parent reads.
            def shared
              @starting.synchronize do
                @shared&.leave unless @shared&.own?
                @shared = new unless @shared&.running?
                @shared
              end
            end
          end

          def initialize
            command = Shellwords.split(ENV.fetch("BEDROCK_MODEL_SERVE", "bedrock-model serve"))
            @stdin, @stdout, @process = Open3.popen2(*command)
            [@stdin, @stdout].each { |pipe| pipe.set_encoding(Encoding::UTF_8) }
            @stdin.sync = true
            @pid = Process.pid
            @waiting = {}
            @last_id = 0
            @state = Mutex.new
            @writing = Mutex.new
            @reader = Thread.new { read_answers }
            at_exit { finish if own? }
          rescue SystemCallError => e
            raise ServeError, "#{command.first} cannot be started (#{e.class}); set BEDROCK_MODEL_SERVE to its command"
          end

          def call(hook, args)
            answered = false
            id, answers = expect_answers
            send_line(id: id, hook: hook, args: args)
            loop do
              answer = answers.pop
              answered = !answer[:more]
              raise ServeError, answer[:error].values_at(:code, :message).compact.join(": ") if answer[:error]
              return answer[:message] if answered

              yield answer[:message]
            end
          ensure
            # A thread that is killed or timed out no longer wants its rows to be sent.
            cancel(id) unless id.nil? || answered
          end

          def own?
            @pid == Process.pid
          end

          def running?
            own? && @state.synchronize { !@waiting.nil? }
          end

          # Closes a fork's copies of the pipes, else the process would never see the end of its input.
          def leave
            [@stdin, @stdout].each(&:close)
          end

          private

          def expect_answers
            @state.synchronize do
              raise ServeError, ENDED if @waiting.nil?

              @last_id += 1
              [@last_id, @waiting[@last_id] = Queue.new]
            end
          end

          def send_line(request)
            line = "#{JSON.generate(request, max_nesting: 0)}\n"
            # Half a line of a thread that is killed would spoil the next one.
            Thread.handle_interrupt(Object => :never) { @writing.synchronize { @stdin.write(line) } }
          rescue Errno::EPIPE, IOError
            raise ServeError, ENDED
          end

          def read_answers
            Thread.current.report_on_exception = false
            @stdout.each_line do |line|
              answer = JSON.parse(line, symbolize_names: true, max_nesting: false)
              @state.synchronize { answer[:more] ? @waiting[answer[:id]] : @waiting.delete(answer[:id]) }&.push(answer)
            end
          ensure
            unanswered = @state.synchronize { @waiting.values.tap { @waiting = nil } }
            unanswered.each { |answers| answers.push({ error: { message: ENDED } }) }
          end

          ENDED = "bedrock-model serve has ended before its answer"
          private_constant :ENDED

          # The answer to the cancel itself is waited for by nobody.
          def cancel(id)
            known = @state.synchronize { @waiting&.delete(id) }
            send_line(id: "cancel #{id}", hook: "cancel", args: [id]) if known
          rescue ServeError
            nil
          end

          # The end of its input lets open calls finish.
          def finish
            @stdin.close
            @process.join
          rescue IOError
            nil
          end
        end

        private_constant :Serve
      end
    end
  end
end
