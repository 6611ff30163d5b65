namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>Reads the pending tasks of a backlog as a plan: ordered by their dependencies alone, one after another, because a backlog has
/// no ownership.</summary>
public static class BacklogPlanReader
{
    /// <summary>Code of the fault of a valid backlog without pending tasks.</summary>
    public const string NothingPending = "no-tasks";

    /// <summary>The place where task-master names its current tag, relative to the repository.</summary>
    public const string TaskMasterState = ".taskmaster/state.json";

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="content">All of the file.</param>
    /// <param name="file">Its path relative to the repository.</param>
    /// <param name="open">Returns the bytes of another file of the repository, or null; task-master's current tag is in one.</param>
    public static PlanReadResult Read(ReadOnlySpan<byte> content, string file, Func<string, byte[]?> open) =>
        Read(content, file, open, null, plan => Circles(plan, file));

    /// <summary>Reads a backlog for a planner, which orders parts of tasks: whole tasks may depend on each other in a circle.</summary>
    /// <param name="content">All of the file.</param>
    /// <param name="file">Its path relative to the repository.</param>
    /// <param name="open">Returns the bytes of another file of the repository, or null.</param>
    /// <param name="tag">The tag in a file with tags; null: the current one.</param>
    public static PlanReadResult ReadForPlanner(ReadOnlySpan<byte> content, string file, Func<string, byte[]?> open, string? tag) =>
        Read(content, file, open, tag, _ => []);

    private static PlanReadResult Read(
        ReadOnlySpan<byte> content,
        string file,
        Func<string, byte[]?> open,
        string? tag,
        Func<Plan, IEnumerable<PlanFault>> faultsOf
    )
    {
        var read = BacklogReader.Read(content, file, tag ?? CurrentTag(content, open(TaskMasterState)));
        if (read.File is not { Backlog: { } backlog } || read.Errors.Any())
        {
            return new PlanReadResult(null, read.Faults);
        }
        (var plan, var leftOut) = backlog.ToPlan();
        var waiting = leftOut.Select(t =>
            PlanFault.Warning(
                file,
                "left-out",
                $"Task '{t.Id}' waits for a task that is neither done nor pending, and is left out.",
                "Settle what it waits for: 'orchestrate tasks list' shows where each stands.",
                "tasks",
                line: 1
            )
        );
        PlanFault[] faults = [.. read.Faults, .. waiting, .. faultsOf(plan)];
        if (faults.Any(fault => fault.Severity == FaultSeverity.Error))
        {
            return new PlanReadResult(null, faults);
        }
        return plan.Tasks.Count > 0
            ? new PlanReadResult(plan, faults)
            {
                TaskCount = plan.Tasks.Count,
                Places = FoundPlaces.OfLines(file, [.. plan.Tasks.Select(_ => 1)]),
                SaysOwnership = false,
            }
            : new PlanReadResult(
                null,
                [
                    .. faults,
                    PlanFault.Error(
                        file,
                        NothingPending,
                        "Nothing is pending: the backlog has no task that can start.",
                        "Add one: orchestrate add \"WHAT IS TO BE DONE\". 'orchestrate tasks list' shows where each stands.",
                        "tasks",
                        line: 1
                    ),
                ]
            );
    }

    // Subtasks may depend on each other across tasks, where whole tasks can't.
    private static IEnumerable<PlanFault> Circles(Plan plan, string file) =>
        TaskGraph
            .Of(plan)
            .Faults.Where(fault => fault.Kind == GraphFaultKind.Cycle)
            .Select(fault =>
                PlanFault.Error(
                    file,
                    "cycle",
                    $"As wholes these tasks wait for each other in a circle, through their subtasks: {string.Join(" -> ", fault.Ids)}.",
                    "Divide one of them into tasks, or let a planner order their parts: run it without --no-planner.",
                    "tasks",
                    line: 1
                )
            );

    /// <summary>Task-master's current tag, which may be gone from the file; null without tags, or where the state names none.</summary>
    public static string? CurrentTag(ReadOnlySpan<byte> content, byte[]? state)
    {
        var named = Member(state ?? [], "currentTag") is ScalarNode { IsNull: false, Text: { Length: > 0 } tag } ? tag : null;
        return named is not null && Member(content, "tasks") is null ? named : null;
    }

    // A file that can't be read has no members here; faults of the backlog are reported by its reader.
    private static DocumentNode? Member(ReadOnlySpan<byte> content, string name) =>
        PlanText.TryDecode(content, "", out var text, out _) && JsonTree.Read(text, new FaultList("")) is MappingNode root
            ? root.Entries.FirstOrDefault(entry => entry.Key.Text == name).Value
            : null;
}
