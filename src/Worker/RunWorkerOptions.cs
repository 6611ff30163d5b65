using Orchestrator.Contracts;
using Orchestrator.Processes;

namespace Orchestrator.Worker;

/// <summary>What a worker needs to know of its place.</summary>
public sealed record RunWorkerOptions
{
    /// <summary>Repositories whose activities are done here.</summary>
    public required IReadOnlyList<RepositoryReference> Repositories { get; init; }

    /// <summary>Program and arguments that a Claude agent calls before each tool use (<c>orchestrate hook</c>); <c>--policy FILE</c> is added.</summary>
    public required IReadOnlyList<string> HookCommand { get; init; }

    /// <summary>Name of this host in queues.</summary>
    /// <value>Default: the machine's name.</value>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>Who takes the tasks: process, host, boot, start time and something random, so that a successor knows for certain whether it is dead.</summary>
    public string Identity { get; init; } = WorkerIdentity.Create(Environment.MachineName);

    /// <summary>How long activities may go on after the worker was asked to stop.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Identities of workers: <c>pid@host#boot id#start time#random</c>.</summary>
public static class WorkerIdentity
{
    /// <summary>The identity of this process.</summary>
    public static string Create(string host)
    {
        var self = ProcessIdentity.Current;
        return $"{self.ProcessId}@{host}#{self.BootId}#{self.StartTime}#{Guid.NewGuid():n}";
    }

    /// <summary>True when the identity names a process of <paramref name="host"/> that is certainly gone. Of other hosts and forms nothing is known.</summary>
    public static bool IsDead(string identity, string host)
    {
        var parts = identity.Split('#');
        if (parts.Length != 4)
            return false;
        var at = parts[0].IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || parts[0][(at + 1)..] != host)
            return false;
        return ProcessIdentity.TryParse($"{parts[0][..at]} {parts[2]} {parts[1]}") is { } process && !process.IsAlive();
    }
}
