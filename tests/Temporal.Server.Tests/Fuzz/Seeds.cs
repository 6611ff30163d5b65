using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>Values for requests: ids of created objects, and values from answers.</summary>
internal sealed class Seeds(Random random)
{
    private const int Kept = 40;

    private readonly Dictionary<string, List<object>> _known = [];

    /// <summary>Something becomes known under a field's name.</summary>
    public void Add(string field, object value)
    {
        if (!_known.TryGetValue(field, out var values))
        {
            _known[field] = values = [];
        }

        values.Remove(value);
        values.Add(value);
        if (values.Count > Kept)
        {
            values.RemoveAt(0);
        }
    }

    /// <summary>Returns a random known value, or null if there is none.</summary>
    public T? Any<T>(string field)
        where T : class => _known.TryGetValue(field, out var values) ? (T)values[random.Next(values.Count)] : null;

    /// <summary>The last that became known.</summary>
    public T? Last<T>(string field)
        where T : class => _known.TryGetValue(field, out var values) ? (T)values[^1] : null;

    /// <summary>Takes over what an answer tells: tokens of tasks and of pages by their method, runs, and ids.</summary>
    public void Harvest(string method, IMessage answer)
    {
        foreach (var field in answer.Descriptor.Fields.InDeclarationOrder())
        {
            switch (field.Accessor.GetValue(answer))
            {
                case ByteString { IsEmpty: false } bytes:
                    Add($"{method}.{field.Name}", bytes);
                    break;
                case WorkflowExecution { WorkflowId.Length: > 0 } execution:
                    Add("execution", execution);
                    break;
                case string { Length: > 0 } text when field.Name is "run_id" or "id" or "job_id":
                    Add($"{method}.{field.Name}", text);
                    break;
                case IMessage part:
                    Harvest(method, part);
                    break;
                case System.Collections.IList parts when field is { FieldType: FieldType.Message, IsMap: false }:
                    foreach (var part in parts.Cast<IMessage>().Take(3))
                    {
                        Harvest(method, part);
                    }

                    break;
                default:
                    break;
            }
        }
    }
}
