# frozen_string_literal: true

# A stand-in for the parts of the host that a connector meets, and scenes of a host's life. Each line of stdin is a scene,
# JSON: its name, the connection, and the query or text that it needs; each is answered by one line, what it came to. The
# argument is the folder of the connectors. With BARE in its environment the host has no base classes.

require "json"
require "net/http"
require "open3"
require "ostruct"

module Multiwoven
  module Integrations
    module Protocol
      # Like the host's structs: built from symbols, refuses strings as keys.
      class Struct
        def self.new(fields)
          raise ArgumentError, ":type is missing" unless fields.keys.all?(Symbol)

          OpenStruct.new(fields)
        end
      end
      MultiwovenMessage = Class.new(Struct)
      ConnectorSpecification = Class.new(Struct)
    end

    # What the host logs.
    HEARD = []

    # As the host makes its catalogue of connectors, and its log.
    class Service
      def self.connectors
        { source: build("Source"), destination: build("Destination") }
      end

      def self.build(type)
        client = Object.const_get("Multiwoven::Integrations::#{type}::AwsBedrockModel::Client").new
        client.meta_data[:data][:connector_spec] = client.connector_spec.to_h
        client.meta_data[:data]
      end

      def self.logger
        Object.new.tap { |logger| %i[warn error].each { |level| logger.define_singleton_method(level) { |text| HEARD << text } } }
      end
    end

    unless ENV["BARE"]
      module Core
        # The part of the host's classes that a connector inherits.
        class BaseConnector
          def handle_exception(exception, meta = {})
            Service.logger.error("#{meta[:context]} #{meta[:sync_id]}: #{exception.message}")
            log = { name: meta[:context], level: meta[:type], message: exception.message }
            Protocol::MultiwovenMessage.new(type: "log", log: log)
          end
        end

        class SourceConnector < BaseConnector
          private

          def create_connection(_config); end
        end
        DestinationConnector = Class.new(BaseConnector)
      end
    end
  end
end

%w[source destination].each { |side| require File.join(File.expand_path(ARGV.first), side, "aws_bedrock_model/client.rb") }

# What the scene that is being played was given.
GIVEN = {}

def connection
  GIVEN.fetch("connection")
end

# What a host's own object would do if a connector tried to send it.
class HostObject
  def to_json(*)
    raise "the host's object was serialised"
  end
end

def client
  Multiwoven::Integrations::Destination::AwsBedrockModel::Client.new
end

def source
  Multiwoven::Integrations::Source::AwsBedrockModel::Client.new
end

def sync_config(side = :destination, query = "")
  ours = OpenStruct.new(connection_specification: connection, connector_instance: HostObject.new)
  other = OpenStruct.new(connection_specification: { "password" => HostObject.new })
  OpenStruct.new(
    source: side == :source ? ours : other, destination: side == :source ? other : ours,
    model: OpenStruct.new(query: query), sync_id: "1", sync_run_id: 2, offset: nil
  )
end

# Every message of a client, as the host would store it.
MESSAGES = []

def seen(message)
  message.tap { MESSAGES << message.to_h }
end

def write(text)
  seen(client.write(sync_config, [{ "text" => text }], "destination_insert")).tracking
end

def wait_until_a_call_is_open
  stats = URI("#{connection["endpoint"]}/__stats")
  Thread.pass until JSON.parse(Net::HTTP.get(stats))["in_flight"].positive?
end

# Every process that was started, by its id, and every attempt to start one.
STARTED = []
ATTEMPTS = []
Open3.singleton_class.prepend(Module.new do
  def popen2(*)
    ATTEMPTS << 1
    super.tap { |_, _, process| STARTED << process.pid }
  end
end)

SCENES = {
  "definition" => lambda {
    both = [source, client].map { |one| { meta: one.meta_data, spec: one.connector_spec.to_h } }
    same = [source, client].all? { |one| one.meta_data.equal?(one.meta_data) && one.connector_spec.equal?(one.connector_spec) }
    { source: both[0], destination: both[1], same: same, processes: STARTED.size,
      listed: Multiwoven::Integrations::Service.connectors.transform_values { |one| one[:connector_spec].keys } }
  },
  "source_discover" => -> { [source.discover, source.discover(connection)].map { |one| seen(one).to_h } },
  "discover" => -> { seen(client.discover(connection)).to_h },
  "threads" => lambda {
    results = Array.new(8) { |n| Thread.new { write("row #{n}") } }.map(&:value)
    { success: results.sum { |tracking| tracking[:success] }, processes: STARTED.size,
      log: JSON.parse(results.first[:logs].first[:message]).keys }
  },
  "check" => -> { seen(client.check_connection(connection)).to_h },
  "source_check" => -> { seen(source.check_connection(connection)).to_h },
  "read" => lambda {
    answer = source.read(sync_config(:source, GIVEN.fetch("query")))
    { answer: Array(answer).map { |one| seen(one).to_h }, list: answer.is_a?(Array), heard: Multiwoven::Integrations::HEARD }
  },
  "stream" => lambda {
    given = []
    answer = source.read(sync_config(:source, GIVEN.fetch("query"))) { |messages| given << messages }
    data = ->(messages) { messages.map { |one| seen(one).record[:data] } }
    { given: given.map(&data), answer: data.call(answer) }
  },
  "run_model" => lambda {
    query = GIVEN.fetch("query")
    [JSON.parse(query), query].map { |payload| seen(source.send(:run_model, connection, payload).first).record[:data].keys }
  },
  "enrich" => lambda {
    texts = []
    tracking = client.enrich(sync_config, [{ "text" => "a" }, { "text" => "b" }]) { |one| texts << seen(one).record[:data]["text"] }
    { texts: texts, success: seen(tracking).tracking[:success] }
  },
  "fork" => lambda {
    write("before")
    reader, writer = IO.pipe
    child = fork { writer.puts(JSON.generate(success: write("in the child")[:success], started: STARTED.size)) }
    Process.wait(child)
    { child: JSON.parse(reader.gets), parent: { success: write("after")[:success], started: STARTED.size } }
  },
  "death" => lambda {
    lost = Thread.new { write("lost") }
    wait_until_a_call_is_open
    Process.kill(:KILL, STARTED.last)
    { lost: lost.value, again: write("again")[:success] }
  },
  "killed_thread" => lambda {
    victim = Thread.new { client.write(sync_config, Array.new(4) { |n| { "text" => "victim #{n}" } }) }
    wait_until_a_call_is_open
    victim.kill.join
    { after: write("after")[:success] }
  },
  "row" => -> { write(GIVEN.fetch("text")) },
  "rows" => lambda {
    logs = Array.new(4) { Thread.new { Array.new(25) { |n| write("row #{n}")[:logs].first[:message] } } }.flat_map(&:value)
    { logs: logs.uniq, count: logs.size, attempts: ATTEMPTS.size, heard: Multiwoven::Integrations::HEARD,
      checked: seen(client.check_connection(connection)).connection_status[:message], attempts_then: ATTEMPTS.size }
  }
}.freeze

$stdout.sync = true
$stdin.each_line do |line|
  GIVEN.replace(JSON.parse(line))
  [MESSAGES, Multiwoven::Integrations::HEARD].each(&:clear)
  result = SCENES.fetch(GIVEN.fetch("scene")).call
  puts JSON.generate(result: result, messages: MESSAGES)
end
