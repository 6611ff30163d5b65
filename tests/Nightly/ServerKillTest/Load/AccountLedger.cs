using System.Collections.Concurrent;

namespace Orchestrator.ServerKillTest.Load;

/// <summary>Every change that the server has acknowledged.</summary>
internal sealed class AccountLedger
{
    /// <summary>Workflow id to the run id that its start was answered with.</summary>
    public ConcurrentDictionary<string, string> Starts { get; } = new();

    /// <summary>Workflow id and signal.</summary>
    public ConcurrentDictionary<(string WorkflowId, string Signal), bool> Signals { get; } = new();

    /// <summary>Run and activity to the result that was taken.</summary>
    public ConcurrentDictionary<(string RunId, string ActivityId), string> ActivityResults { get; } = new();

    /// <summary>Run and the identity that its completed workflow task carries.</summary>
    public ConcurrentDictionary<(string RunId, string Identity), bool> WorkflowTasks { get; } = new();

    /// <summary>Workflows that were terminated.</summary>
    public ConcurrentDictionary<string, bool> Terminations { get; } = new();

    /// <summary>Workflows that a C# client and worker have seen end, with their results.</summary>
    public ConcurrentDictionary<string, string> Results { get; } = new();

    /// <summary>Answers that the server must not give.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Number of acknowledged changes.</summary>
    public int Count => Starts.Count + Signals.Count + ActivityResults.Count + WorkflowTasks.Count + Terminations.Count + Results.Count;
}
