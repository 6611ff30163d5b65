namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Creates a task from a mapping in the document.</summary>
internal static class TaskNodeReader
{
    private static readonly Dictionary<string, NewTestsOnBaseProductPolicy> ProveRedWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["off"] = NewTestsOnBaseProductPolicy.Off,
        ["report"] = NewTestsOnBaseProductPolicy.Report,
        ["required"] = NewTestsOnBaseProductPolicy.Required,
    };

    private static readonly Dictionary<string, TaskIsolationLevel> IsolationWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["worktree"] = TaskIsolationLevel.Worktree,
        ["sandbox"] = TaskIsolationLevel.Sandbox,
    };

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Maintainability",
        "CA1502",
        Justification = "The method reads one member of the format after another."
    )]
    public static TaskWithPositions Bind(MappingNode node, string path, string? idFromKey, TaskDefaults? defaults, FaultList faults)
    {
        var fields = new YamlOrJsonMappingReader(node, path, TaskFieldKeySpellings.Keys, faults, "a task");
        var id = BindId(fields, idFromKey);
        (var description, var prompt) = BindTexts(fields);
        var boundaries = Nested(fields, "boundaries", TaskFieldKeySpellings.BoundaryKeys);
        var dependsOn = ListValuedPlanTaskFieldReader.SplitOnCommas(fields.Texts("depends_on"));
        var contextKeys = fields.Texts("context_keys") ?? [];
        var (patches, implied) = ListValuedPlanTaskFieldReader.BindPatches(fields);
        var task = new PlanTask
        {
            Id = id,
            Description = description,
            Prompt = prompt,
            Status = BindStatus(fields),
            DependsOn = [.. dependsOn.Select(d => d.Node.Text.Trim())],
            FilesWrite = BindFilesWrite(fields, boundaries, faults),
            FilesRead = Paths(fields, boundaries, "files_read"),
            FilesAppend = Paths(fields, boundaries, "files_append") ?? [],
            ResourcesWrite = [.. (Either(fields, boundaries, "resources_write") ?? []).Union(implied, StringComparer.Ordinal)],
            ResourcesRead = Either(fields, boundaries, "resources_read") ?? [],
            PatchIntents = patches,
            Verification = GateDefinitionReader.Bind(fields, "verification") ?? defaults?.Verification ?? [],
            Measurements = TaskMeasurementDefinitionReader.Bind(fields),
            DepsRequired = ListValuedPlanTaskFieldReader.BindPackages(fields),
            ContextKeys =
                contextKeys.Count > 0 || fields.Key("context_keys") is not null
                    ? [.. contextKeys.Select(c => c.Node.Text.Trim()).Distinct(StringComparer.Ordinal)]
                    : defaults?.ContextKeys ?? [],
            Role = fields.Text("role") ?? defaults?.Role,
            Agent = fields.Text("agent") ?? defaults?.Agent,
            Host = BindHost(fields) ?? defaults?.Host,
            Model = fields.Model("model") ?? defaults?.Model,
            Timeout = fields.Duration("timeout") ?? defaults?.Timeout,
            Limits = TaskLimitsReader.Bind(fields, defaults?.Limits),
            MaxRetries = fields.Count("max_retries") ?? defaults?.MaxRetries,
            RequiresApproval = fields.Bool("requires_approval") ?? defaults?.RequiresApproval ?? false,
            AllowLargeChanges = fields.Bool("allow_large_changes") ?? defaults?.AllowLargeChanges ?? false,
            Isolation = fields.Word("isolation", IsolationWords) ?? defaults?.Isolation,
            Network = fields.Hosts("network"),
            Parallel = fields.Bool("parallel") ?? false,
            EstimatedMinutes = fields.Minutes("estimated_minutes"),
            RequiredAgents = fields.TextList("required_agents") ?? [],
            RequiredSteps = fields.TextList("required_steps") ?? [],
            NotesInput = Paths(fields, null, "notes_input") ?? [],
            NotesOutput = Paths(fields, null, "notes_output") ?? [],
            Checklist = ListValuedPlanTaskFieldReader.BindChecklist(fields),
            ChangesTests = Paths(fields, null, "changes_tests") ?? [],
            ProveRed = fields.Word("prove_red", ProveRedWords),
            Priority = TaskPriorityReader.Bind(fields),
        };
        return new TaskWithPositions(task, node, path, (YamlOrJsonNode?)fields.Node("id") ?? node, dependsOn, contextKeys);
    }

    private static IReadOnlyList<string>? BindFilesWrite(
        YamlOrJsonMappingReader fields,
        YamlOrJsonMappingReader? boundaries,
        FaultList faults
    )
    {
        var files = Paths(fields, boundaries, "files_write");
        if (files is null && fields.IsLeftEmpty("files_write"))
        {
            faults.Warning(
                "empty-files-write",
                fields.Key("files_write"),
                fields.Join("files_write"),
                "'files_write' has no value, so the task owns the whole repository.",
                "Write [] for a task that changes nothing, or list its paths."
            );
        }
        return files;
    }

    /// <summary>Reads the isolation level of a task or of the plan's defaults. Returns null if the level is missing or invalid.</summary>
    public static TaskIsolationLevel? Isolation(YamlOrJsonMappingReader fields) => fields.Word("isolation", IsolationWords);

    /// <summary>Reads the label that the task's worker host must have.</summary>
    internal static string? BindHost(YamlOrJsonMappingReader fields)
    {
        if (fields.Text("host")?.Trim() is { } label && !PlanTask.IsHostLabel(label))
        {
            fields.Faults.Error(
                "bad-label",
                fields.Node("host") ?? fields.Mapping,
                fields.Join("host"),
                $"'{label.ReplaceLineEndings(" ")}' is not a valid host label.",
                "Use at most 60 letters, digits, dots, hyphens and underscores, such as 'host: gpu'."
            );
            return null;
        }
        return fields.Text("host")?.Trim();
    }

    private static string BindId(YamlOrJsonMappingReader fields, string? idFromKey)
    {
        var id = (fields.Text("id") ?? idFromKey)?.Trim();
        if (id is null && fields.Node("id") is not null)
        {
            return "";
        }
        if (id is null)
        {
            var suggestion = TaskId.Suggest(fields.Node("description") is ScalarNode { Text: var text } ? text : "my-task");
            fields.Missing(
                "id",
                "The task has no id.",
                $"Add one, such as 'id: {(suggestion.Length == 0 ? "my-task" : suggestion.ToLowerInvariant())}'."
            );
            return "";
        }
        if (TaskId.Fault(id) is { } fault)
        {
            var suggestion = TaskId.Suggest(id);
            fields.Faults.Error(
                "bad-id",
                fields.Node("id") ?? fields.Mapping,
                fields.Join("id"),
                $"The id '{id.ReplaceLineEndings(" ")}' {fault}; ids become parts of branch and file names.",
                suggestion.Length == 0 ? "Use letters, digits, '-', '_' and '.'." : $"Write '{suggestion}'."
            );
        }
        return id;
    }

    private static (string Description, string? Prompt) BindTexts(YamlOrJsonMappingReader fields)
    {
        var title = fields.Text("title");
        var description = fields.Text("description");
        var prompt = fields.Text("prompt");
        var details = fields.Text("details");
        var isSaid = ((string[])["title", "description", "prompt"]).Any(name => fields.Node(name) is not null and not ScalarNode);
        if (!isSaid && string.IsNullOrWhiteSpace(title) && string.IsNullOrWhiteSpace(description) && string.IsNullOrWhiteSpace(prompt))
        {
            fields.Missing("description", "The task does not describe any work.", "Add 'description:', or 'prompt:' for the full text.");
        }

        // Task stores have a short title and longer texts. Together they form the prompt.
        string[] longer = [.. new[] { title is null ? null : description, details }.OfType<string>().Where(t => t.Length > 0)];
        prompt ??= longer.Length == 0 ? null : string.Join("\n\n", longer);
        return ((title ?? description ?? FirstLine(prompt)).Trim(), prompt);
    }

    private static string FirstLine(string? text)
    {
        var line = text?.AsSpan().Trim().ToString().Split('\n')[0].Trim() ?? "";
        return line.Length > 120 ? line[..117] + "..." : line;
    }

    private static PlanTaskStatus BindStatus(YamlOrJsonMappingReader fields)
    {
        var isDone = PlanTaskCompletedFieldReader.Read(fields, FaultSeverity.Error);
        if (fields.Text("status") is not { Length: > 0 } text)
        {
            return isDone is true ? PlanTaskStatus.Completed : PlanTaskStatus.Pending;
        }
        if (!TaskStatusParser.TryParse(text, out var status))
        {
            var near = NearestName.Of(text, TaskStatusParser.Known);
            fields.Faults.Error(
                "unknown-status",
                fields.Node("status"),
                fields.Join("status"),
                $"The status '{text}' is unknown. If the task is already done, its work would be paid for again.",
                near is null ? "Use pending, in_progress, completed, blocked, failed or skipped." : $"Did you mean '{near}'?"
            );
        }
        else if (isDone is { } said && said != (status == PlanTaskStatus.Completed))
        {
            var flag = fields.Key(KeySynonyms.CompletedKey)!;
            fields.Faults.Error(
                "status-differs",
                flag,
                fields.Join(flag.Text),
                $"'{fields.Key("status")!.Text}' says '{text}', but '{flag.Text}' says "
                    + $"{(said ? "that the task is done" : "that the task is not done")}.",
                "Keep the correct status."
            );
        }
        return status;
    }

    private static IReadOnlyList<string>? Paths(YamlOrJsonMappingReader fields, YamlOrJsonMappingReader? boundaries, string name)
    {
        var source = fields.Key(name) is null && boundaries is not null ? boundaries : fields;
        return source.Texts(name) is { } texts ? PlanPathNormalizer.Read(texts, source.Faults) : null;
    }

    private static IReadOnlyList<string>? Either(YamlOrJsonMappingReader fields, YamlOrJsonMappingReader? boundaries, string name) =>
        fields.TextList(name) ?? boundaries?.TextList(name);

    /// <summary>Returns the fields of a nested mapping, or null if the mapping is missing or the value is not a mapping.</summary>
    public static YamlOrJsonMappingReader? Nested(YamlOrJsonMappingReader fields, string name, YamlOrJsonKeySynonymTable keys)
    {
        switch (fields.Node(name))
        {
            case null:
                return null;
            case MappingNode mapping:
                return new YamlOrJsonMappingReader(mapping, fields.Join(name).ToString(), keys, fields.Faults, $"'{name}'");
            case var other:
                fields.Faults.Error(
                    "wrong-type",
                    other,
                    fields.Join(name),
                    $"'{name}' must be a mapping, not {other.Kind}.",
                    $"Known keys: {string.Join(", ", keys.Names)}."
                );
                return null;
        }
    }

    /// <summary>Returns the items of a list, or the single value that is given instead of a list.</summary>
    public static IEnumerable<(YamlOrJsonNode Item, FieldPath Path)> Items(YamlOrJsonMappingReader fields, string name) =>
        fields.Node(name) switch
        {
            SequenceNode list => list.Items.Select((item, i) => (item, fields.Join(name).At(i))),
            var one => [(one!, fields.Join(name))],
        };
}
