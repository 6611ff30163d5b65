using System.Text.Json;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Worker options of a scenario in the SDK's terms.</summary>
internal static class ScriptWorker
{
    /// <summary>Exception types that fail the workflow, of a scenario.</summary>
    public static Type[] FailureTypes(JsonElement scenario) =>
        scenario.TryGetProperty("worker", out var worker)
        && worker.ValueKind == JsonValueKind.Object
        && worker.TryGetProperty("failureErrorTypes", out var types)
            ? FailureTypes(types.EnumerateArray().Select(t => t.GetString()!))
            : [];

    /// <summary>Exception types by their names in the recordings.</summary>
    public static Type[] FailureTypes(IEnumerable<string> names) =>
        [
            .. names.Select(name =>
                name switch
                {
                    "NondeterminismError" => typeof(WorkflowNondeterminismException),
                    "Error" => typeof(Exception),
                    _ => throw new InvalidOperationException($"unknown error class {name}"),
                }
            ),
        ];
}
