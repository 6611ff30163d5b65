using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Orchestrator.Workflows.Messages;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>Arguments that a handler can't read, in all the ways there are: none of them may do anything.</summary>
internal sealed class MessageNoise(int seed)
{
    private readonly Random _random = new(seed);

    public int Next(int most) => _random.Next(most);

    public T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>Invalid arguments that a handler with these parameters (at least one) must drop.</summary>
    public IReadOnlyList<RawValue> For(IReadOnlyList<ParameterInfo> parameters)
    {
        var values = parameters
            .Where((p, i) => i == 0 || IncomingWorkflowArgumentReader.IsRequired(p))
            .Select(p => Json(Example(p)))
            .ToList();
        var index = _random.Next(values.Count);
        var parameter = parameters[index];
        switch (_random.Next(9))
        {
            case 0 when values.Count > 1 || IncomingWorkflowArgumentReader.IsRequired(parameter):
                return values[..index];
            case 1:
                // What is sent beyond it makes nothing readable.
                return
                [
                    .. values[..index],
                    Spoilt(parameter),
                    .. parameters.Skip(index + 1).Select(p => Json(Example(p))),
                    Json(Anything(2)!),
                ];
            case 2:
                values[index] = Raw(Bytes(), "json/plain");
                break;
            case 3:
                values[index] = Raw("{}"u8.ToArray(), Pick(["", "binary/plain", "json/protobuf", "binary/encrypted", "no such thing"]));
                break;
            case 4 when _random.Next(8) == 0:
                values[index] = Json($"\"{new string('x', 1_100_000)}\"");
                break;
            case 5:
                values[index] = Json(new string('[', 100) + new string(']', 100));
                break;
            default:
                values[index] = Spoilt(parameter);
                break;
        }
        return values;
    }

    /// <summary>A record with something wrong in it, or something of another kind in its place.</summary>
    private RawValue Spoilt(ParameterInfo parameter)
    {
        var text = Example(parameter);
        if (!text.StartsWith('{'))
        {
            return Json(
                text.StartsWith('"') || text.StartsWith('[')
                    ? Pick(["7", "true", "{}", "1e400"])
                    : Pick(["\"5\"", "[]", "{\"a\":1}", "1e999", "\"\\udc00\""])
            );
        }
        var record = JsonNode.Parse(text)!.AsObject();
        if (record.Count == 0)
        {
            return Json(Pick(["""{"zzz":1}""", """{"runs":7}""", """{"queue":""}""", "[]", "7"]));
        }
        var member = record.Select(m => m.Key).ElementAt(_random.Next(record.Count));
        switch (_random.Next(5))
        {
            case 0:
                record[Pick(["zzz", "tsak", "ID ", "_", "\u0001"])] = JsonNode.Parse(Anything(2));
                return Json(record.ToJsonString());
            case 1:
                // All examples hold more than their required members only where they were written by hand.
                record.Clear();
                record["unknown"] = 1;
                return Json(record.ToJsonString());
            case 2:
                record[member] = new JsonObject { ["a"] = new JsonArray(1, null, "x") };
                return Json(record.ToJsonString());
            case 3:
                return Json($$"""{"{{member}}":"\ud800","{{member.ToUpperInvariant()}}":2}""");
            default:
                return Json(Pick(["[]", "7", "\"plan\"", "true", "[{}]", "-1"]));
        }
    }

    private string Anything(int depth) =>
        _random.Next(depth > 0 ? 7 : 4) switch
        {
            0 => "7",
            1 => "\"text\"",
            2 => "true",
            3 => "-0.5e3",
            4 => $"[{Anything(depth - 1)},{Anything(depth - 1)}]",
            5 => $"{{\"task\":{Anything(depth - 1)}}}",
            _ => $"{{\"{Pick(["Id", "id", "state", "queue"])}\":{Anything(depth - 1)}}}",
        };

    private byte[] Bytes()
    {
        var bytes = new byte[_random.Next(40)];
        _random.NextBytes(bytes);
        return [(byte)'{', .. bytes];
    }

    private static string Example(ParameterInfo parameter)
    {
        var said = WorkflowMessageExampleFormatter.Of([parameter]);
        return said[(said.IndexOf("Example: ", StringComparison.Ordinal) + 9)..];
    }

    private static RawValue Json(string json) => Raw(Encoding.UTF8.GetBytes(json), "json/plain");

    private static RawValue Raw(byte[] data, string encoding) =>
        new(new Payload { Data = ByteString.CopyFrom(data), Metadata = { ["encoding"] = ByteString.CopyFromUtf8(encoding) } });
}
