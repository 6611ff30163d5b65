namespace Orchestrator.Messages;

/// <summary>Has the steps of a run done on another machine from now on, by the workers there.</summary>
/// <param name="To">The run's repository on that machine, and its queue.</param>
/// <param name="By">The person and their client, such as <c>kim@laptop</c>; empty: unknown.</param>
[MessageExample("""{"to":{"path":"/home/kim/shop","key":"0123456789ab","queue":"orchestrator@MACHINE/0123456789ab"},"by":"kim@laptop"}""")]
public sealed record MoveRunCommand(RepositoryReference To, string By = "")
{
    /// <summary>Ids of tasks whose work only the machine before had, which is gone for good: they are done again, and so is what has begun
    /// on their work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public IReadOnlyList<string>? Lost { get; init; }

    /// <summary>The commit of the staging branch there, where work is lost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Staging { get; init; }
}

/// <summary>A machine that a run waits for.</summary>
/// <param name="Machine">Its identity in queues.</param>
/// <param name="Host">Its name for people; empty: unknown.</param>
/// <param name="Since">Since when the first step waits; null: none does.</param>
/// <param name="LastSeen">When the server last had word of a worker there; null: the server does not remember any.</param>
public sealed record MachineAway(string Machine, string Host, DateTimeOffset? Since, DateTimeOffset? LastSeen)
{
    /// <summary>The machine for people: its name where it is known, and its identity.</summary>
    [JsonIgnore]
    public string Shown => new MachineName(Machine, Host).ToString();
}

/// <summary>A machine, by its names.</summary>
/// <param name="Machine">Its identity in queues.</param>
/// <param name="Host">Its name for people, which need not be unique; empty: unknown.</param>
public sealed record MachineName(string Machine, string Host)
{
    /// <summary>The machine of a repository.</summary>
    public static MachineName Of(RepositoryReference repository) => Of(repository.Queue, repository.Host ?? "");

    /// <summary>The machine of a queue.</summary>
    /// <param name="queue">A repository's queue.</param>
    /// <param name="host">Its name for people; empty: unknown.</param>
    public static MachineName Of(string queue, string host) => new(QueueNames.MachineOf(queue) ?? queue, host);

    /// <summary>For people: its name where it is known, and its identity.</summary>
    public override string ToString() =>
        QueueNames.GiverOf(Machine, out _) is { } giver ? $"{giver} (which gave it away)"
        : Host.Length > 0 ? $"{Host} ({Machine})"
        : Machine;
}
