namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads the lists of a task whose items may be either strings or mappings: packages, patch intents and checklist items.</summary>
internal static class ListValuedPlanTaskFieldReader
{
    /// <summary>Keys of a checklist item, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable ChecklistKeys = new("id", "description text title", "completed done");

    /// <summary>Keys of the mapping <c>deps_required</c>, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable PackageKeys = new("runtime", "dev development");

    /// <summary>Keys of a mapping in <c>patch_intents</c>, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable PatchKeys = new("file path", "action type", "intent description reason");

    public static TaskPackageRequirements? BindPackages(YamlOrJsonMappingReader fields)
    {
        var node = fields.Node("deps_required");
        if (node is null)
        {
            return null;
        }
        if (node is not MappingNode)
        {
            return new TaskPackageRequirements { Runtime = fields.TextList("deps_required") ?? [] };
        }
        var packages = TaskNodeReader.Nested(fields, "deps_required", PackageKeys)!;
        return new TaskPackageRequirements { Runtime = packages.TextList("runtime") ?? [], Dev = packages.TextList("dev") ?? [] };
    }

    public static (IReadOnlyList<PlannedFileChange> Patches, IReadOnlyList<string> Resources) BindPatches(YamlOrJsonMappingReader fields)
    {
        if (fields.Node("patch_intents") is null)
        {
            return ([], []);
        }
        var patches = new List<PlannedFileChange>();
        var resources = new List<string>();
        foreach ((var item, var path) in TaskNodeReader.Items(fields, "patch_intents"))
        {
            if (item is ScalarNode file)
            {
                patches.AddRange(
                    PlanPathNormalizer.Read([new PositionedText(file, path)], fields.Faults).Select(p => new PlannedFileChange(p))
                );
            }
            else if (item is MappingNode mapping)
            {
                var patch = new YamlOrJsonMappingReader(mapping, path.ToString(), PatchKeys, fields.Faults, "a patch intent");
                if (patch.Texts("file") is not { } files)
                {
                    patch.Missing("file", "The patch intent does not name a file.", "Add 'file: PATH'.");
                    continue;
                }
                patches.AddRange(
                    PlanPathNormalizer
                        .Read(files, fields.Faults)
                        .Select(p => new PlannedFileChange(p, patch.Text("action"), PlannedFileChangeReader.Intent(patch)))
                );
                resources.AddRange(PlannedFileChangeReader.Resources(patch));
            }
            else
            {
                fields.Faults.Error(
                    "wrong-type",
                    item,
                    path,
                    $"A patch intent must be a mapping, not {item.Kind}.",
                    "Write 'file:', 'action:' and 'intent:'."
                );
            }
        }
        return (patches, resources);
    }

    public static List<ChecklistItem> BindChecklist(YamlOrJsonMappingReader fields)
    {
        if (fields.Node("checklist") is null)
        {
            return [];
        }
        var items = new List<ChecklistItem>();
        foreach ((var item, var path) in TaskNodeReader.Items(fields, "checklist"))
        {
            if (item is ScalarNode text)
            {
                items.Add(new ChecklistItem($"{items.Count + 1}", text.Text));
            }
            else if (item is MappingNode mapping)
            {
                var step = new YamlOrJsonMappingReader(mapping, path.ToString(), ChecklistKeys, fields.Faults, "a checklist item");
                items.Add(
                    new ChecklistItem(
                        step.Text("id") ?? $"{items.Count + 1}",
                        step.Text("description") ?? "",
                        step.Bool("completed") ?? false
                    )
                );
            }
            else
            {
                fields.Faults.Error(
                    "wrong-type",
                    item,
                    path,
                    $"A checklist item must be a string or a mapping, not {item.Kind}.",
                    "Give each item the keys 'id:', 'description:' and 'completed:'."
                );
            }
        }
        return items;
    }

    public static IReadOnlyList<PositionedText> SplitOnCommas(IReadOnlyList<PositionedText>? texts)
    {
        // Almost all tasks have at most one dependency, so that nothing has to be split.
        if (texts is null or [] || (texts is [var only] && only.Node.Text.Length > 0 && !only.Node.Text.AsSpan().ContainsAny(',', ' ')))
        {
            return texts ?? [];
        }
        var ids = new List<PositionedText>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((var node, var field) in texts)
        {
            foreach (var id in node.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (seen.Add(id))
                {
                    ids.Add(
                        new PositionedText(
                            id.Length == node.Text.Length ? node : new ScalarNode(node.Line, node.Column, id, node.IsPlain),
                            field
                        )
                    );
                }
            }
        }
        return ids;
    }
}
