# frozen_string_literal: true

require "json"
require "open3"
require "shellwords"

# Beside each client the generator lays this file; the first one that is loaded serves all of them.
return if defined?(Multiwoven::Integrations::BedrockModel)

module Multiwoven
  module Integrations
    # What the connector's clients, a source and a destination, share.
    module BedrockModel
      # The host's own class of that name where it has one, for what a host calls beside the hooks.
      def self.base(name)
        name = "Multiwoven::Integrations::Core::#{name}"
        Object.const_defined?(name) ? Object.const_get(name) : Object
      end

      # The hooks that a source and a destination have alike. They pass on to `bedrock-model serve`, one process for a
      # host process; what never changes is answered from the files beside the client. One instance serves any number
      # of threads, and none of its hooks raises.
      module Client
        def connector_spec
          @connector_spec ||= Protocol::ConnectorSpecification.new(file("config/spec.json"))
        end

        # The same object each time, since the host writes into it. The icon is in the answer itself: the host would
        # look for a name in its own repository.
        def meta_data
          @meta_data ||= file("config/meta.json").tap do |meta|
            icon = [File.binread(path("icon.svg"))].pack("m0")
            meta[:data][:icon] = "data:image/svg+xml;base64,#{icon}"
          end
        end

        # A remark on success is shown to nobody by the host, so it goes to its log. A person who asks again has
        # perhaps just installed the command.
        def check_connection(connection_config)
          answer = Serve.call("check_connection", settings(connection_config), side, again: true)
          status, remark = answer[:connection_status].values_at(:status, :message)
          Service.logger.warn("AwsBedrockModel: #{remark}") if remark && status == "succeeded" && defined?(Service)
          message(answer)
        rescue StandardError => e
          message(type: "connection_status", connection_status: { status: "failed", message: reason(e) })
        end

        private

        # With strings as keys. What is no hash is the connector's to refuse.
        def settings(config)
          config.respond_to?(:to_h) ? config.to_h.transform_keys(&:to_s) : config
        end

        def side
          meta_data[:data][:connector_type]
        end

        # The log message of a hook that has no answer, after the host's log and its reporter have heard of it.
        def failure(hook, error, ids = {})
          about = { context: "AWS:BEDROCK MODEL:#{hook}:EXCEPTION", type: "error", **ids }
          return handle_exception(ServeError.new(reason(error)), about) if respond_to?(:handle_exception)

          message(type: "log", log: { name: about[:context], level: "error", message: reason(error) })
        end

        # A record's keys are strings, as everywhere in the host; all others are symbols.
        def message(answer)
          answer = { **answer, record: { **answer[:record], data: strings(answer[:record][:data]) } } if answer[:record]
          Protocol::MultiwovenMessage.new(answer)
        end

        def strings(value)
          case value
          when Hash then value.to_h { |key, inner| [key.to_s, strings(inner)] }
          when Array then value.map { |inner| strings(inner) }
          else value
          end
        end

        # Another library's words may quote a row or a secret.
        def reason(error)
          error.is_a?(ServeError) ? error.message : "the call failed between the host and bedrock-model serve (#{error.class})"
        end

        def file(name)
          JSON.parse(File.read(path(name), encoding: "UTF-8"), symbolize_names: true)
        end

        def path(name)
          File.join(File.dirname(Object.const_source_location(self.class.name).first), name)
        end
      end

      # An answer that is an error, or the end of the process before its answer. Its message is for a person.
      class ServeError < StandardError; end

      # The command could not be started a moment ago, and was not tried again.
      class StillDown < ServeError; end

      # The process ended before its answer: what it has sent is known to its ledger alone.
      class ServeEnded < ServeError; end

      # A running `bedrock-model serve`: requests of all threads go over its stdin, answers come by their id. The
      # command is taken from BEDROCK_MODEL_SERVE where that is set.
      class Serve
        # A run of a thousand rows meets a missing command once; so many seconds later it may be there.
        PAUSE = 60
        @starting = Mutex.new

        class << self
          # The hook's answer, with symbols as keys. Yields the messages of a stream that go before it. `again` tries a
          # command that could not be started a moment ago.
          def call(hook, *args, again: false, &block)
            shared(again).call(hook, args, &block)
          end

          # Remembers why a process never answered, or, without a reason, that one does.
          def down(reason)
            @down = reason && [reason, now + PAUSE]
          end

          private

          # After a fork the process is the parent's, whose answers only the parent reads.
          def shared(again)
            @starting.synchronize do
              @shared&.leave unless @shared&.own?
              return @shared if @shared&.running?

              reason, till = @down
              raise StillDown, reason if reason && now < till && !again

              @shared = new
            end
          end

          def now
            Process.clock_gettime(Process::CLOCK_MONOTONIC)
          end
        end

        def initialize
          @command = Shellwords.split(ENV.fetch("BEDROCK_MODEL_SERVE", "bedrock-model serve"))
          @stdin, @stdout, @process = Open3.popen2(*@command)
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
          raise ServeError, self.class.down("#{@command.first} cannot be started (#{e.class}); #{ADVICE}").first
        end

        def call(hook, args)
          answered = false
          id, answers = expect_answers
          send_line(id: id, hook: hook, args: args)
          loop do
            answer = answers.pop
            answered = !answer[:more]
            raise ServeEnded, @ended if answer[:ended]
            raise ServeError, answer[:error].values_at(:code, :message).compact.join(": ") if answer[:error]
            return answer[:message] if answered

            yield answer[:message] if block_given?
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
            raise ServeEnded, @ended if @waiting.nil?

            @last_id += 1
            [@last_id, @waiting[@last_id] = Queue.new]
          end
        end

        def send_line(request)
          line = "#{JSON.generate(request, max_nesting: 0)}\n"
          # Half a line of a thread that is killed would spoil the next one.
          Thread.handle_interrupt(Object => :never) { @writing.synchronize { @stdin.write(line) } }
        rescue JSON::GeneratorError, EncodingError => e
          raise ServeError, "a value is no JSON, as NaN and text that is not UTF-8 are not (#{e.class})"
        rescue Errno::EPIPE, IOError
          # The reader tells all who wait why.
          nil
        end

        def read_answers
          Thread.current.report_on_exception = false
          answered = false
          @stdout.each_line do |line|
            answer = JSON.parse(line, symbolize_names: true, max_nesting: false)
            self.class.down(nil) unless answered
            answered = true
            @state.synchronize { answer[:more] ? @waiting[answer[:id]] : @waiting.delete(answer[:id]) }&.push(answer)
          end
        ensure
          @ended = "bedrock-model serve has ended before its answer"
          lost_before_an_answer unless answered
          unanswered = @state.synchronize { @waiting.values.tap { @waiting = nil } }
          unanswered.each { |answers| answers.push({ ended: true }) }
        end

        # A command that ends by itself and has answered nothing is not the right one; one that was killed may be. What
        # a shell or Node says of it is on the host's stderr.
        def lost_before_an_answer
          status = @process.join(5)&.value
          return unless status&.exited?

          @ended = "#{@command.first} ended before its first answer (exit code #{status.exitstatus}); #{ADVICE}"
          self.class.down(@ended)
        end

        ADVICE = "install the package on this machine, or set BEDROCK_MODEL_SERVE to its command, such as " \
                 "\"node /path/to/dist/cli/main.js serve\""
        private_constant :ADVICE

        # The answer to the cancel itself is waited for by nobody.
        def cancel(id)
          known = @state.synchronize { @waiting&.delete(id) }
          send_line(id: "cancel #{id}", hook: "cancel", args: [id]) if known
        end

        # The end of its input lets open calls finish.
        def finish
          @stdin.close
          @process.join
        rescue IOError
          nil
        end
      end
    end
  end
end
