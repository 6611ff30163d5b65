namespace Orchestrator.Messages;

/// <summary>What comes next after an agent has said what it can't go on without.</summary>
public static class RequestSteps
{
    /// <summary>A person answers.</summary>
    public const string Person = "person";

    /// <summary>The planner is asked before a person is.</summary>
    public const string Planner = "planner";

    /// <summary>The agent goes on with <see cref="RequestVerdict.Text"/>.</summary>
    public const string Answer = "answer";

    /// <summary>A person says yes or no to <see cref="RequestVerdict.Text"/> first.</summary>
    public const string Ask = "ask";

    /// <summary>Packages are installed on staging.</summary>
    public const string Install = "install";

    /// <summary>The parts of the task become tasks of the run, and it goes on when they have ended.</summary>
    public const string Split = "split";
}

/// <summary>What a task asks a person for while it is <see cref="TaskStates.AwaitingApproval"/>.</summary>
public static class ApprovalKinds
{
    /// <summary>Packages that its agent needs.</summary>
    public const string Dependency = "dependency";

    /// <summary>Files that are not its own.</summary>
    public const string File = "file";

    /// <summary>That it is divided into smaller tasks.</summary>
    public const string Split = "split";

    /// <summary>Nothing: its agent has a question, which the planner thinks about and a person may answer first.</summary>
    public const string Question = "question";
}

/// <summary>A person's answer to a request of an agent, or their silence.</summary>
/// <param name="Accepted">They said yes.</param>
/// <param name="Reason">Who, and why.</param>
public sealed record RequestDecision(bool Accepted, string Reason);

/// <summary>Asks what is to be done about what the agent of a task can't go on without.</summary>
public sealed record JudgeRequestInput
{
    public required TaskInput Task { get; init; }

    /// <summary>The start whose agent has said it.</summary>
    public required int Start { get; init; }

    /// <summary>What a person has said; null: nobody was asked yet.</summary>
    public RequestDecision? Decision { get; init; }
}

/// <summary>What is to be done about it.</summary>
public sealed record RequestVerdict
{
    /// <summary>One of <see cref="RequestSteps"/>.</summary>
    public required string Step { get; init; }

    /// <summary>What the agent is told, or what a person is asked; where the person answers, what they are told beside the
    /// question.</summary>
    public string Text { get; init; } = "";

    /// <summary>One of <see cref="ApprovalKinds"/>, where a person is asked.</summary>
    public string Asks { get; init; } = "";

    /// <summary>Files that the task was lent, also before.</summary>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>What was asked for and decided, in a few words for the record; empty where nothing was.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Asks for what the agent of a task was granted to be installed, as a commit on top of staging.</summary>
public sealed record InstallInput
{
    public required TaskInput Task { get; init; }

    /// <inheritdoc cref="JudgeRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>From 1: staging has moved on since the commit of the round before was made.</summary>
    public int Round { get; init; } = 1;
}

/// <summary>What came of it.</summary>
public sealed record InstallResult
{
    /// <summary>The commit that is to be merged; empty: staging has it already, or it can't be installed.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Why it can't be, for the agent; empty where it can.</summary>
    public string Problem { get; init; } = "";
}

/// <summary>Tells what became of a request; where staging has what was asked for, the work so far is committed, and all agents are told of
/// packages.</summary>
public sealed record ConcludeRequestInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <inheritdoc cref="JudgeRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>Why staging does not have it; empty: it does.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What became of the parts of the task; null: packages were installed.</summary>
    public string? Parts { get; init; }
}

/// <summary>Asks for the parts that an agent has proposed to become tasks of its run.</summary>
/// <param name="Task">The task that is too big.</param>
/// <param name="Start">The start whose agent has said so.</param>
public sealed record SplitTaskInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Task,
    int Start
);

/// <summary>What a task was divided into.</summary>
public sealed record SplitConclusion
{
    /// <summary>The plan with the parts; it is stored beside the one that was approved.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>How a task goes on after its request.</summary>
public sealed record RequestConclusion
{
    /// <summary>Commit with the task's work so far; empty: it stays as it is, and staging is not brought into its worktree.</summary>
    public string Commit { get; init; } = "";

    /// <summary>What the agent is told.</summary>
    public string Text { get; init; } = "";

    /// <summary>The same in a few words for the record.</summary>
    public string Note { get; init; } = "";
}
