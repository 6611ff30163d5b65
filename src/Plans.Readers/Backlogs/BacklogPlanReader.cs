namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>Reads the pending tasks of a backlog as a plan. Backlogs have no file ownership, so tasks are ordered only by their
/// dependencies and run one after another.</summary>
public static class BacklogPlanReader
{
    /// <summary>Code of the problem that is reported for a valid backlog without pending tasks.</summary>
    public const string NothingPending = "no-tasks";

    /// <summary>Path of the file in which task-master stores its current tag, relative to the repository.</summary>
    public const string TaskMasterState = ".taskmaster/state.json";

    /// <summary>Reads a backlog from a file's bytes.</summary>
    /// <param name="content">Complete content of the file.</param>
    /// <param name="file">Path of the file, relative to the repository.</param>
    /// <param name="open">Returns the bytes of another file in the repository, or null if it does not exist. Used to find task-master's
    /// current tag.</param>
    public static PlanReadResult Read(ReadOnlySpan<byte> content, string file, Func<string, byte[]?> open) =>
        Read(content, file, open, null, plan => FindCycles(plan, file));

    /// <summary>Reads a backlog for a planner. Cycles between whole tasks are allowed, because the planner orders the subtasks.</summary>
    /// <param name="content">Complete content of the file.</param>
    /// <param name="file">Path of the file, relative to the repository.</param>
    /// <param name="open">Returns the bytes of another file in the repository, or null if it does not exist.</param>
    /// <param name="tag">Tag to read in a file with tags, or null for the current tag.</param>
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
                $"Task '{t.Id}' is skipped, because it depends on a task that is neither done nor pending.",
                "Finish or cancel that dependency first; 'orchestrate tasks list' shows the state of each task.",
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
                Places = PlanFieldPositionFinderFactory.OfLines(file, [.. plan.Tasks.Select(_ => 1)]),
                SaysOwnership = false,
            }
            : new PlanReadResult(
                null,
                [
                    .. faults,
                    PlanFault.Error(
                        file,
                        NothingPending,
                        "The backlog has no pending task that can start.",
                        "Add one: orchestrate tasks add \"TASK\". 'orchestrate tasks list' shows the state of each.",
                        "tasks",
                        line: 1
                    ),
                ]
            );
    }

    // Subtasks may depend on subtasks of other tasks, which can form a cycle between whole tasks.
    private static IEnumerable<PlanFault> FindCycles(Plan plan, string file) =>
        TaskGraph
            .Of(plan)
            .Faults.Where(fault => fault.Kind == GraphFaultKind.Cycle)
            .Select(fault =>
                PlanFault.Error(
                    file,
                    "cycle",
                    $"These tasks wait for each other in a circle because of their subtasks: {string.Join(" -> ", fault.Ids)}.",
                    "Split one of these tasks, or omit --no-planner, so that a planner can split them and order the parts.",
                    "tasks",
                    line: 1
                )
            );

    /// <summary>
    /// Returns task-master's current tag, even if the file no longer contains it. Null if the file has no tags, or no tag is current.
    /// </summary>
    public static string? CurrentTag(ReadOnlySpan<byte> content, byte[]? state)
    {
        var named = Member(state ?? [], "currentTag") is ScalarNode { IsNull: false, Text: { Length: > 0 } tag } ? tag : null;
        return named is not null && Member(content, "tasks") is null ? named : null;
    }

    // An unreadable file has no members here. The backlog reader reports its faults.
    private static YamlOrJsonNode? Member(ReadOnlySpan<byte> content, string name) =>
        PlanFileBytesDecoder.TryDecode(content, "", out var text, out _) && JsonTreeParser.Read(text, new FaultList("")) is MappingNode root
            ? root.Entries.FirstOrDefault(entry => entry.Key.Text == name).Value
            : null;
}
