namespace Orchestrator.Messages;

/// <summary>Command to move a run to another host. The workers on that host then execute the run's activities.</summary>
/// <param name="To">Repository on the new host, with its task queue.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"to":{"path":"/home/kim/shop","key":"0123456789ab","queue":"orchestrator@MACHINE/0123456789ab"},"by":"kim@laptop"}""")]
public sealed record MoveRunArguments(RepositoryReference To, string By = "") : SteeringUpdateArguments
{
    /// <summary>
    /// Ids of tasks whose work existed only on the previous host, which is permanently unavailable. The run redoes these tasks and all
    /// started tasks that depend on their work.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public IReadOnlyList<string>? Lost { get; init; }

    /// <summary>Tip of the staging branch on the new host if work was lost, or null if no work was lost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Staging { get; init; }
}

/// <summary>A host for which a run is waiting, because no worker on it responds.</summary>
/// <param name="Machine">Identity of the host in queue names.</param>
/// <param name="Host">Display name of the host; empty if unknown.</param>
/// <param name="Since">Time since which the run's first activity waits, or null if none waits.</param>
/// <param name="LastSeen">Time at which a worker on the host last polled the server, or null if the server has no record of one.</param>
public sealed record UnreachableHost(string Machine, string Host, DateTimeOffset? Since, DateTimeOffset? LastSeen)
{
    /// <summary>Display text of the host: its name, if there is one, and its identity.</summary>
    [JsonIgnore]
    public string Shown => new MachineName(Machine, Host).ToString();
}

/// <summary>Name and identity of a host.</summary>
/// <param name="Machine">Identity of the host in queue names.</param>
/// <param name="Host">Display name, not necessarily unique; empty if unknown.</param>
public sealed record MachineName(string Machine, string Host)
{
    /// <summary>Returns the name and identity of the host that serves a repository.</summary>
    public static MachineName Of(RepositoryReference repository) => Of(repository.Queue, repository.Host ?? "");

    /// <summary>Returns the name and identity of the host to which a task queue belongs.</summary>
    /// <param name="queue">A repository's queue.</param>
    /// <param name="host">Display name of the host; empty if unknown.</param>
    public static MachineName Of(string queue, string host) => new(QueueNames.MachineOf(queue) ?? queue, host);

    /// <summary>
    /// Returns the host's name with its identity in parentheses, or only the identity if the host has no name. For a drained run, names the
    /// host that drained the run.
    /// </summary>
    public override string ToString() =>
        QueueNames.DrainingHostOfMachine(Machine, out _) is { } giver ? $"{giver} (which handed it over)"
        : Host.Length > 0 ? $"{Host} ({Machine})"
        : Machine;
}
