using Orchestrator.Temporal.Sdk.Tests.Peers;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>How a scenario goes from one SDK's worker to the other's.</summary>
/// <param name="Workers">The other SDK's workers.</param>
/// <param name="OursFirst">Whether ours begins.</param>
internal sealed record HandOver(TypeScriptWorkers Workers, bool OursFirst)
{
    /// <summary>Whether it has happened.</summary>
    public bool Done { get; set; }

    /// <summary>Whether the other SDK's worker runs now.</summary>
    public bool TheirsRun => OursFirst == Done;
}
