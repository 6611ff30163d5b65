namespace Orchestrator.Plans;

/// <summary>Result of reading a plan file.</summary>
/// <param name="Plan">The plan, or null if it has errors. A plan with warnings is not null.</param>
/// <param name="Faults">All errors and warnings, ordered by position.</param>
public sealed record PlanReadResult(Plan? Plan, IReadOnlyList<PlanFault> Faults)
{
    // More conflicts would hide the other faults; 'orchestrate validate --view conflicts' lists them all.
    private const int MostConflicts = 1000;

    /// <summary>True if the plan can run.</summary>
    public bool IsValid => Plan is not null;

    /// <summary>Errors that cause the plan to be rejected.</summary>
    public IReadOnlyList<PlanFault> Errors => [.. Faults.Where(f => f.Severity == FaultSeverity.Error)];

    /// <summary>Problems that the user should review.</summary>
    public IReadOnlyList<PlanFault> Warnings => [.. Faults.Where(f => f.Severity == FaultSeverity.Warning)];

    /// <summary>Suggestions for the plan; empty before <see cref="WithAdvice"/> is called.</summary>
    public IReadOnlyList<PlanFault> Advice => [.. Faults.Where(f => f.Severity == FaultSeverity.Advice)];

    /// <summary>Number of tasks found, even if the plan was rejected.</summary>
    public int TaskCount { get; init; }

    /// <summary>Positions of tasks and fields in their files, for problems that are found after reading.</summary>
    public PlanFieldPositionFinder Places { get; init; } = PlanFieldPositionFinder.None;

    /// <summary>True if the plan's format lets tasks declare their files. If false, no advice suggests declaring them.</summary>
    public bool SaysOwnership { get; init; } = true;

    /// <summary>Graph of the plan's tasks, or null if the reader has not created it.</summary>
    public TaskGraph? Graph { get; init; }

    /// <summary>Adds an error for each path that leads out of the repository through a symbolic link.</summary>
    /// <param name="leadsOutside">Returns the link's target if a path (relative to the repository) is a link that leads outside, otherwise
    /// null. Called once for each folder and file that the plan names.</param>
    public PlanReadResult RefuseLinks(Func<string, string?> leadsOutside)
    {
        if (Plan is null)
        {
            return this;
        }
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        var faults = new List<PlanFault>();
        for (var i = 0; i < Plan.Tasks.Count; i++)
        {
            var task = Plan.Tasks[i];
            Look(i, "files_write", task.FilesWrite ?? []);
            Look(i, "files_append", task.FilesAppend);
            Look(i, "files_read", task.FilesRead ?? []);
            Look(i, "notes_output", task.NotesOutput);
        }
        return faults.Count == 0 ? this : With(faults) with { Plan = null };

        void Look(int index, string field, IReadOnlyList<string> paths)
        {
            foreach (var path in paths)
            {
                if (OutsideLink(path, known, leadsOutside) is { } link)
                {
                    faults.Add(
                        Fault(
                            "bad-path",
                            FaultSeverity.Error,
                            index,
                            field,
                            $"The path '{path}' points outside the repository, because {link}.",
                            "Name a path whose links stay inside the repository."
                        )
                    );
                }
            }
        }
    }

    /// <summary>
    /// Adds errors for required gates that can't pass. Also adds errors for written paths that exist only inside the plan's own folder,
    /// although paths must be relative to the repository.
    /// </summary>
    /// <param name="folder">The plan's folder, relative to the repository; empty for the root.</param>
    /// <param name="exists">True if the file or folder exists in the repository.</param>
    /// <param name="readText">Returns the text of a file in the repository, or null if it does not exist.</param>
    /// <param name="scripts">Returns the names of the scripts in the repository's <c>package.json</c>.</param>
    public PlanReadResult RefuseMissing(
        string folder,
        Func<string, bool> exists,
        Func<string, string?> readText,
        Func<IReadOnlyCollection<string>> scripts
    )
    {
        if (Plan is null)
        {
            return this;
        }
        var missing = new MissingPathLinter(exists, readText, scripts);
        PlanFault[] faults =
        [
            .. missing
                .OfGates(Plan)
                .Concat(missing.OfFolder(Plan, folder))
                .Take(MostConflicts)
                .Select(a => Fault(a.Code, FaultSeverity.Error, a.TaskIndex, a.Field, a.Message, a.Cure)),
        ];
        return faults.Length == 0 ? this : With(faults) with { Plan = null };
    }

    /// <summary>
    /// Adds an error for each path in a submodule that a task writes. The files of a submodule belong to another repository, so a run in
    /// this repository can't merge them.
    /// </summary>
    /// <param name="submodules">Folders of the repository's submodules, relative to its root.</param>
    public PlanReadResult RefuseSubmodules(IReadOnlyCollection<string> submodules)
    {
        var faults = SubmodulePaths
            .Find(Plan, submodules)
            .Select(found => Fault("submodule-path", FaultSeverity.Error, found.TaskIndex, found.Field, found.Message, SubmodulePaths.Cure))
            .ToList();
        return faults.Count == 0 ? this : With(faults) with { Plan = null };
    }

    private static string? OutsideLink(string path, Dictionary<string, string?> known, Func<string, string?> leadsOutside)
    {
        var parts = path.Split('/');
        for (var length = 1; length <= parts.Length && !parts[length - 1].AsSpan().ContainsAny("*?[{"); length++)
        {
            var start = string.Join('/', parts[..length]);
            if (!known.TryGetValue(start, out var target))
            {
                known.Add(start, target = leadsOutside(start));
            }
            if (target is not null)
            {
                return $"'{start}' is a link to {target}";
            }
        }
        return null;
    }

    /// <summary>Adds a warning for each task whose role has no effect, because no instructions are defined for the role.</summary>
    /// <param name="ownRoles">Roles that have a text in the repository, in addition to the built-in ones.</param>
    public PlanReadResult WithRoles(IReadOnlyCollection<string> ownRoles)
    {
        if (Plan is null)
        {
            return this;
        }
        HashSet<string> known = [.. TaskRole.All, .. ownRoles];
        if (Plan.Tasks.All(task => task.Role is null || known.Contains(task.Role)))
        {
            return this;
        }
        return With(
            Plan.Tasks.Index()
                .Where(t => t.Item.Role is { } role && !known.Contains(role))
                .Select(t =>
                {
                    var near = NearestName.Of(t.Item.Role!, known);
                    return Fault(
                        "unknown-role",
                        FaultSeverity.Warning,
                        t.Index,
                        "role",
                        $"The role '{t.Item.Role}' is unknown, so the agent of task '{t.Item.Id}' gets no instructions for it.",
                        near is null
                            ? $"Use one of {string.Join(", ", TaskRole.All)}, or put instructions for its agents into "
                                + $".orchestrator/roles/{t.Item.Role}.md."
                            : $"Did you mean '{near}'?"
                    );
                })
        );
    }

    /// <summary>Adds an error for each task whose agent is not configured.</summary>
    /// <param name="known">Names of the configured agents.</param>
    public PlanReadResult WithAgents(IReadOnlyCollection<string> known)
    {
        PlanFault[] unknown =
        [
            .. (Plan?.Tasks ?? [])
                .Index()
                .Where(t => t.Item.Agent is { } agent && !known.Contains(agent))
                .Select(t =>
                    Fault(
                        "unknown-agent",
                        FaultSeverity.Error,
                        t.Index,
                        "agent",
                        $"No agent named '{t.Item.Agent}' is configured, so task '{t.Item.Id}' can't run.",
                        NearestName.Of(t.Item.Agent!, known) is { } near
                            ? $"Did you mean '{near}'?"
                            : $"Use one of {string.Join(", ", known.Order(StringComparer.Ordinal))}, or add it to "
                                + $".orchestrator/config.yaml: agents: {{ {t.Item.Agent}: {{ command: [PROGRAM, ARGUMENT] }} }}"
                    )
                ),
        ];
        return unknown.Length == 0 ? this : With(unknown) with { Plan = null };
    }

    /// <summary>
    /// Adds a warning for each pair of tasks that conflict over a file or resource. Does nothing if the plan is rejected.
    /// </summary>
    public PlanReadResult WithConflicts()
    {
        if (Plan is null)
        {
            return this;
        }
        var found = TaskOwnershipConflictResult.Of(Plan, Graph ?? TaskGraph.Of(Plan));
        var index = Plan.Tasks.Index().ToDictionary(t => t.Item.Id, t => t.Index, StringComparer.Ordinal);
        return With(
            found
                .Conflicts.Concat(found.Warnings)
                .Take(MostConflicts)
                .Select(conflict =>
                {
                    var field = (conflict.Use, conflict.Kind) switch
                    {
                        (TaskAccessConflictKind.Read, FileOrResourceKind.File) => "files_read",
                        (TaskAccessConflictKind.Read, _) => "resources_read",
                        (TaskAccessConflictKind.Append, _) => "files_append",
                        (_, FileOrResourceKind.File) => "files_write",
                        _ => "resources_write",
                    };
                    var code = conflict.Use == TaskAccessConflictKind.Write ? "conflict" : "unordered-use";
                    return Fault(code, FaultSeverity.Warning, index[conflict.MissingEdge.Task], field, conflict.Message, conflict.Cure);
                })
        );
    }

    /// <summary>Adds advice on possible improvements. Does nothing if the plan is rejected.</summary>
    /// <param name="hasFurtherGates">True if the configuration has gates that every task must pass.</param>
    public PlanReadResult WithAdvice(bool hasFurtherGates = false) =>
        Plan is null
            ? this
            : With(
                PlanLinter
                    .Of(Plan, hasFurtherGates)
                    .Where(a => SaysOwnership || a.Code != "owns-everything")
                    .Take(MostConflicts)
                    .Select(a => Fault(a.Code, FaultSeverity.Advice, a.TaskIndex, a.Field, a.Message, a.Cure))
            );

    /// <summary>Converts all warnings and advice to errors, for <c>--strict</c>.</summary>
    public PlanReadResult AsStrict()
    {
        PlanFault[] faults = [.. Faults.Select(f => f with { Severity = FaultSeverity.Error })];
        return this with { Plan = faults.Length == 0 ? Plan : null, Faults = faults };
    }

    private PlanReadResult With(IEnumerable<PlanFault> more) => this with { Faults = [.. Faults, .. more] };

    private PlanFault Fault(string code, FaultSeverity severity, int task, string field, string message, string cure)
    {
        (var file, var line, var column) = task < 0 ? (Places.File, 1, 1) : Places.Of(task, field);
        return new PlanFault(code, severity, file, line, column, task < 0 ? field : $"tasks[{task}].{field}", message, cure);
    }
}
