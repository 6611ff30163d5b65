using Temporalio.Client;

namespace Orchestrator.Activities;

/// <summary>What activities need of their surroundings.</summary>
/// <param name="Host">Name of this host in queues.</param>
/// <param name="HookCommand">Program and arguments of the ownership hook; <c>--policy FILE</c> is added.</param>
/// <param name="Client">Client of the server that the worker works for.</param>
/// <param name="Time">The clock.</param>
public sealed record ActivityServices(string Host, IReadOnlyList<string> HookCommand, ITemporalClient Client, TimeProvider Time)
{
    /// <summary>The environment that agents and settings see.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = Settings.SettingsFiles.ProcessEnvironment();
}
