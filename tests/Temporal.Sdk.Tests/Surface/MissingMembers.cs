namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>What the official SDK has and ours does not, each by the beginning of its line in the list, with the reason.</summary>
internal static class MissingMembers
{
    public static IReadOnlyDictionary<string, string> Allowed { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Temporalio.Common.DeterministicRandom: void Finalize()"] = "frees native memory, and ours has none",
            ["Temporalio.Worker.TemporalWorker: void Finalize()"] = "frees native memory, and ours has none",
            ["Temporalio.Workflows.SignalWithStartWorkflowOptions: "] = "travels as an operation of Nexus, which is left out",
            ["Temporalio.Workflows.Workflow: static Task<ExternalWorkflowHandle> SignalWithStartWorkflowAsync"] =
                "travels as an operation of Nexus, which is left out",
        };
}
