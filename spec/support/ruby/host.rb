# frozen_string_literal: true

# A stand-in for the parts of the host that a connector meets, and one scene of a host's life, given by its name.
# Prints what the scene came to as JSON. Arguments: the connector's folder, the scene, the connection as JSON.

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
  end
end

folder, scene, connection = ARGV
require File.join(File.expand_path(folder), "client.rb")
CONNECTION = JSON.parse(connection || "{}")

# What a host's own object would do if a connector tried to send it.
class HostObject
  def to_json(*)
    raise "the host's object was serialised"
  end
end

def client
  Multiwoven::Integrations::Destination::AwsBedrockModel::Client.new
end

def sync_config(side = :destination, query = "")
  ours = OpenStruct.new(connection_specification: CONNECTION, connector_instance: HostObject.new)
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
  stats = URI("#{CONNECTION["endpoint"]}/__stats")
  Thread.pass until JSON.parse(Net::HTTP.get(stats))["in_flight"].positive?
end

# Every process that was started, by its id.
STARTED = []
Open3.singleton_class.prepend(Module.new do
  def popen2(*)
    super.tap { |_, _, process| STARTED << process.pid }
  end
end)

SCENES = {
  "definition" => lambda {
    { meta: client.meta_data, spec: client.connector_spec.to_h, processes: STARTED.size }
  },
  "discover" => -> { seen(client.discover(CONNECTION)).to_h },
  "threads" => lambda {
    results = Array.new(8) { |n| Thread.new { write("row #{n}") } }.map(&:value)
    { success: results.sum { |tracking| tracking[:success] }, processes: STARTED.size,
      log: JSON.parse(results.first[:logs].first[:message]).keys }
  },
  "check" => -> { seen(client.check_connection(CONNECTION)).to_h },
  "read" => -> { client.read(sync_config(:source, ENV.fetch("QUERY"))).map { |one| seen(one).to_h } },
  "enrich" => lambda {
    texts = []
    tracking = client.enrich(sync_config, [{ "text" => "a" }, { "text" => "b" }]) { |one| texts << seen(one).record[:data][:text] }
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
  "row" => -> { write(ENV.fetch("TEXT")) }
}.freeze

result = SCENES.fetch(scene).call
puts JSON.generate(result: result, messages: MESSAGES)
