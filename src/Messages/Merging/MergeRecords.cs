using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>A verified task that waits to be merged.</summary>
public sealed record MergeRequest([property: Identifier] string TaskId, string Commit, int Attempt)
{
    /// <summary>Tasks that it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <inheritdoc cref="TaskInput.Lent"/>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <inheritdoc cref="TaskReport.Installs"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }
}

/// <summary>The progress of a task's merge.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MergeOutcome>))]
public enum MergeOutcome
{
    /// <summary>The work does not go to staging as it is.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The task's work conflicts with what is on staging and has to be resolved.</summary>
    [JsonStringEnumMemberName("conflict")]
    Conflict,

    /// <summary>The merge is a commit that no gate has refused; staging does not have it.</summary>
    [JsonStringEnumMemberName("made")]
    Made,

    /// <summary>Staging has it.</summary>
    [JsonStringEnumMemberName("merged")]
    Merged,
}

/// <summary>The merge of one task, from the commit that is made to the result that its task gets.</summary>
public sealed record MergeResult
{
    [Identifier]
    public string TaskId { get; init; } = "";

    /// <summary>The attempt whose work it is.</summary>
    public int Attempt { get; init; }
    public MergeOutcome Outcome { get; init; }

    /// <summary>The merge; empty where none was made.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The commit that the work was merged onto: staging, or the merge before it in its batch.</summary>
    public string Onto { get; init; } = "";

    /// <summary>For the task: why it was refused, or what is to be known of the gates that passed.</summary>
    public string Message { get; init; } = "";
    public string ProblemsFile { get; init; } = "";

    /// <summary>Other than <see cref="FailureClass.None"/>: it says nothing about the work.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>The gates that failed on the merge.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>Gates that failed and then passed on the merge.</summary>
    public IReadOnlyList<string> Flaky { get; init; } = [];

    /// <summary>The number of failed runs of gates on the merge.</summary>
    [Range(0, int.MaxValue)]
    public int Failures { get; init; }

    /// <summary>For the run's events: what was done to staging before; empty where nothing was.</summary>
    public string Note { get; init; } = "";

    /// <summary>Staging has it.</summary>
    [JsonIgnore]
    public bool Merged => Outcome == MergeOutcome.Merged;
}
