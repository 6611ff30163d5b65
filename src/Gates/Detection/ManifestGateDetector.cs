using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Detection;

/// <summary>Derives gates from the manifests of a project if the user has configured no gates.</summary>
public static class ManifestGateDetector
{
    /// <summary>Usual names of npm scripts and make targets with their gate types, cheapest first.</summary>
    internal static readonly (string Script, GateType Type)[] Scripts =
    [
        ("build", GateType.Build),
        ("typecheck", GateType.TypeCheck),
        ("type-check", GateType.TypeCheck),
        ("lint", GateType.Lint),
        ("test", GateType.Test),
    ];

    /// <summary>Returns the gates of the project in a directory, cheapest type first. Empty if the directory contains no known
    /// manifest.</summary>
    public static IReadOnlyList<Gate> Detect(string directory) => [.. Find(directory).Select(found => found.Gate)];

    /// <summary>Returns the folders of the detected gates' projects, except for the root.</summary>
    public static IEnumerable<string> FoldersOf(IEnumerable<Gate> found) =>
        found.Select(gate => GateCommandFolderPrefixEditor.Split(gate.Command).Folder).Where(folder => folder.Length > 0).Distinct();

    /// <summary>Returns the detected gates, each with its definition in the manifest, such as the text of an npm script. The definition is
    /// empty if the command refers to no definition.</summary>
    /// <remarks>Projects in subfolders are included if the root has no tests, such as a <c>frontend</c> beside a <c>backend</c> with
    /// common lint rules in the root. Projects that the root's commands leave out, such as nested Go modules, are also included.</remarks>
    internal static IReadOnlyList<(Gate Gate, string Meaning)> Find(string directory)
    {
        var root = new ProjectFolderContentReader(new WorktreeFileReaderAndWriter(directory));
        List<(Gate Gate, string Meaning)> gates = [.. Of(root, root)];
        List<ProjectFolderContentReader> projects = [];
        var types = gates.Select(gate => gate.Gate.Type).ToHashSet();
        var rows = types.Contains(GateType.Test) ? NestedRows(root) : null;
        // Subfolders are read only if the root has no tests or may leave out projects.
        foreach (
            var folder in (rows is { Count: 0 } ? [] : root.Below()).Where(folder => !projects.Exists(project => IsPartOf(folder, project)))
        )
        {
            List<(Gate Gate, string Meaning)> found =
            [
                .. rows is null
                    ? Of(folder, root).Where(gate => !types.Contains(gate.Gate.Type))
                    : rows.SelectMany(row => OfRow(row, folder, root)),
            ];
            if (found.Count > 0)
            {
                projects.Add(folder);
                gates.AddRange(found.Select(gate => (InFolder(gate.Gate, folder.Path), gate.Meaning)));
            }
        }
        return WithNeeds([.. gates.OrderBy(gate => Array.FindIndex(Scripts, script => script.Type == gate.Gate.Type))]);
    }

    // All other gates depend on the builds, because a gate may need the output of a build in any folder.
    private static IReadOnlyList<(Gate Gate, string Meaning)> WithNeeds(IReadOnlyList<(Gate Gate, string Meaning)> gates)
    {
        var builds = DistinctTextList.Of(gates.Where(one => one.Gate.Type == GateType.Build).Select(one => one.Gate.Command));
        return [.. gates.Select(one => one.Gate.Type == GateType.Build ? one : (one.Gate with { Needs = builds }, one.Meaning))];
    }

    private static bool IsPartOf(ProjectFolderContentReader folder, ProjectFolderContentReader project) =>
        folder.Path.StartsWith(project.Path + "/", StringComparison.Ordinal) && NestedRows(project).Count == 0;

    /// <summary>Returns the ecosystems that allow nested projects and whose gates in this project do not cover those projects.</summary>
    private static List<Ecosystem> NestedRows(ProjectFolderContentReader project) =>
        [
            .. Ecosystems.All.Where(row =>
                row.HasNestedProjects && HeldBy(row, project).ToList() is { Count: > 0 } held && !held.Exists(gate => gate.CoversNested)
            ),
        ];

    private static Gate InFolder(Gate gate, string folder) =>
        gate with
        {
            Command = GateCommandFolderPrefixEditor.Join(folder, gate.Command),
        };

    private static List<(Gate Gate, string Meaning)> Of(ProjectFolderContentReader folder, ProjectFolderContentReader root)
    {
        List<(Gate Gate, string Meaning)> gates =
        [
            .. NodeGateDetector.Of(folder),
            .. Ecosystems.All.SelectMany(row => OfRow(row, folder, root)),
        ];
        // A Makefile usually wraps the same commands, so it only fills gaps.
        var filling = MakefileGateDetector.Of(folder).Where(gate => gates.TrueForAll(known => known.Gate.Type != gate.Gate.Type)).ToList();
        // Omits gates that a make recipe also runs, because they would run twice.
        gates.RemoveAll(known => filling.Exists(gate => gate.Recipes.Contains(known.Gate.Command, StringComparison.Ordinal)));
        gates.AddRange(filling.Select(gate => (gate.Gate, "")));
        return gates;
    }

    /// <summary>
    /// Returns the gates of an ecosystem in a folder. Empty if the folder contains several projects and no solution file, because a command
    /// would be ambiguous.
    /// </summary>
    private static IEnumerable<(Gate Gate, string Meaning)> OfRow(
        Ecosystem row,
        ProjectFolderContentReader folder,
        ProjectFolderContentReader root
    ) => HeldBy(row, folder).Select(gate => Made(gate, row, folder, root));

    private static IEnumerable<EcosystemGate> HeldBy(Ecosystem row, ProjectFolderContentReader folder) =>
        row.HasOneRoot(folder.Names) ? row.Gates.Where(gate => Holds(gate, folder)).DistinctBy(gate => gate.Type) : [];

    private static bool Holds(EcosystemGate gate, ProjectFolderContentReader folder) =>
        (gate.Beside.Count == 0 || gate.Beside.Any(folder.Names.Contains))
        && (
            gate.Files.Count == 0
            || gate.Files.Any(name =>
                folder.Names.Contains(name) && (gate.Says is null || Regex.IsMatch(folder.Read(name), gate.Says, RegexOptions.Multiline))
            )
        );

    private static (Gate Gate, string Meaning) Made(
        EcosystemGate gate,
        Ecosystem row,
        ProjectFolderContentReader folder,
        ProjectFolderContentReader root
    ) => Make(gate.IsModule ? (RunOf(row, folder, root) ?? "python3 -m ") + gate.Command : gate.Command, gate.Type);

    /// <summary>
    /// Returns the command prefix that runs the programs of a project, such as <c>uv run</c>, or null if none is needed. A workspace member
    /// uses the prefix of the root project.
    /// </summary>
    private static string? RunOf(Ecosystem row, ProjectFolderContentReader folder, ProjectFolderContentReader root) =>
        row.ManagerOf(folder.Names) is { } own
            ? own.Workspace is { } workspace && workspace.IsIn(folder.Read)
                ? workspace.Run
                : own.Run
            : row.ManagerOf(root.Names)?.Workspace is { } outer && outer.HasMember(root.Read(outer.File), folder.Path)
                ? outer.Run
                : null;

    private static (Gate Gate, string Meaning) Make(string command, GateType type) => (GateDefinitionGrammar.Of(command, type: type), "");
}
