using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>A change that makes a valid request invalid, with the documented status.</summary>
/// <param name="What">For messages of the test.</param>
/// <param name="Spoil">Changes the request.</param>
/// <param name="Expected">The status of the required answer.</param>
internal sealed record Spoiler(string What, Action<IMessage> Spoil, StatusCode Expected)
{
    private static readonly string TooLong = new('x', 1001);

    private static readonly string[] Timeouts =
    [
        "workflow_execution_timeout",
        "workflow_run_timeout",
        "workflow_task_timeout",
        "workflow_start_delay",
    ];

    /// <summary>All that apply to a request, found by the names and types of its fields.</summary>
    public static IReadOnlyList<Spoiler> Of(IMessage request)
    {
        var fields = request.Descriptor.Fields.InDeclarationOrder().ToDictionary(field => field.Name);
        List<Spoiler> all = [];
        void Text(string field, string value, StatusCode expected)
        {
            if (fields.TryGetValue(field, out var found) && found.FieldType == FieldType.String)
            {
                all.Add(
                    new(
                        $"{field} = {(value.Length > 40 ? $"{value.Length} characters" : $"'{value}'")}",
                        message => found.Accessor.SetValue(message, value),
                        expected
                    )
                );
            }
        }

        void Inner(string part, string field, object value, StatusCode expected)
        {
            if (
                fields.TryGetValue(part, out var outer)
                && outer.FieldType == FieldType.Message
                && outer.Accessor.GetValue(request) is IMessage
                && outer.MessageType.FindFieldByName(field) is { } inner
            )
            {
                all.Add(
                    new(
                        $"{part}.{field} spoiled",
                        message => inner.Accessor.SetValue((IMessage)outer.Accessor.GetValue(message), value),
                        expected
                    )
                );
            }
        }

        void Missing(string part)
        {
            if (
                fields.TryGetValue(part, out var found)
                && found.FieldType == FieldType.Message
                && found.Accessor.GetValue(request) is IMessage
            )
            {
                all.Add(new($"no {part}", message => found.Accessor.Clear(message), StatusCode.InvalidArgument));
            }
        }

        if (!fields.ContainsKey("task_token"))
        {
            Text("namespace", "", StatusCode.InvalidArgument);
            Text("namespace", "nowhere", StatusCode.NotFound);
        }

        // Calls about an activity by its id mean a standalone activity if they name no workflow.
        Text("workflow_id", "", fields.ContainsKey("activity_id") ? StatusCode.NotFound : StatusCode.InvalidArgument);
        Text("workflow_id", TooLong, StatusCode.InvalidArgument);
        Text("request_id", TooLong, StatusCode.InvalidArgument);
        Text("signal_name", "", StatusCode.InvalidArgument);
        foreach (var execution in (string[])["workflow_execution", "execution"])
        {
            Missing(execution);
            Inner(execution, "workflow_id", "", StatusCode.InvalidArgument);
            Inner(execution, "workflow_id", TooLong, StatusCode.InvalidArgument);
            Inner(execution, "run_id", "no uuid", StatusCode.InvalidArgument);
            Inner(execution, "run_id", Guid.NewGuid().ToString(), StatusCode.NotFound);
        }

        Missing("task_queue");
        Inner("task_queue", "name", "", StatusCode.InvalidArgument);
        Inner("task_queue", "name", TooLong, StatusCode.InvalidArgument);
        Missing("workflow_type");
        Inner("workflow_type", "name", "", StatusCode.InvalidArgument);
        foreach (var timeout in Timeouts.Where(fields.ContainsKey))
        {
            all.Add(
                new(
                    $"{timeout} < 0",
                    message => fields[timeout].Accessor.SetValue(message, new Duration { Seconds = -1 }),
                    StatusCode.InvalidArgument
                )
            );
        }

        if (fields.TryGetValue("task_token", out var token))
        {
            all.Add(new("no token", message => token.Accessor.SetValue(message, ByteString.Empty), StatusCode.InvalidArgument));
            all.Add(
                new(
                    "a token of nobody",
                    message => token.Accessor.SetValue(message, ByteString.CopyFromUtf8("nobody's")),
                    StatusCode.InvalidArgument
                )
            );
        }

        return all;
    }
}
