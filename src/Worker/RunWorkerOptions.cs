using Orchestrator.Git;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.Settings;

namespace Orchestrator.Worker;

/// <summary>What a worker needs to know of its place.</summary>
public sealed record RunWorkerOptions
{
    private string? _identity;

    /// <summary>Repositories whose activities are done here.</summary>
    public required IReadOnlyList<RepositoryReference> Repositories { get; init; }

    /// <summary>The same by what those call them that start runs, where that is not their path here.</summary>
    public IReadOnlyDictionary<string, RepositoryReference> Named { get; init; } = new Dictionary<string, RepositoryReference>();

    /// <summary>Program and arguments that a Claude agent calls before each tool use (<c>orchestrate hook</c>); <c>--policy FILE</c> is
    /// added.</summary>
    public required IReadOnlyList<string> HookCommand { get; init; }

    /// <summary>This machine in queues and identities, as <see cref="MachineIdentity"/> names it.</summary>
    public required string Machine { get; init; }

    /// <summary>Who takes the tasks: process, machine, boot, start time and something random, so that a successor knows for certain whether
    /// it is dead.</summary>
    public string Identity => _identity ??= WorkerIdentity.Create(Machine);

    /// <summary>How long activities may go on after the worker was asked to stop.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What the person has said about repositories.</summary>
    /// <value>Default: what stands in the user's file.</value>
    public TrustStore? Trust { get; init; }

    /// <summary>The environment that settings, gates and agents see.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = SettingsFiles.ProcessEnvironment();

    /// <summary>Git and the repositories that are open already.</summary>
    /// <value>Default: none are.</value>
    public GitRepositories Git { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
