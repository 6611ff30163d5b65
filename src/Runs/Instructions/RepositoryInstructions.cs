namespace Orchestrator.Runs.Instructions;

/// <summary>The instruction files of a repository, as text for the prompt of one agent program.</summary>
/// <param name="General">Instructions that apply to all work. Empty if there are none.</param>
/// <param name="ForPaths">Instructions that apply to the files of the current work. Empty if there are none.</param>
public sealed record RepositoryInstructions(string General, string ForPaths)
{
    /// <summary>
    /// Maximum length, in characters, that applies separately to <c>General</c> and to <c>ForPaths</c>. Used in prompts for planners,
    /// reviewers and agents that answer a question.
    /// </summary>
    public const int AnswerLimit = 24 * 1024;

    /// <summary>
    /// Maximum length, in characters, that applies separately to <c>General</c> and to <c>ForPaths</c>. Used in prompts for agents that
    /// work on a task.
    /// </summary>
    public const int AgentLimit = 64 * 1024;

    /// <summary>The general and the path-specific instructions in one text, for prompts that do not need them separately.</summary>
    public string All => General.Length > 0 && ForPaths.Length > 0 ? $"{General}\n\n{ForPaths}" : General + ForPaths;

    /// <summary>Reads the instruction files at a commit.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="agent">Name of the agent, planner or reviewer.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="limit">Maximum length of each part in characters.</param>
    /// <param name="paths">Paths or globs of the files that the work concerns, or null if it concerns no particular files.</param>
    public static async Task<RepositoryInstructions> ReadAsync(
        GitRepository repository,
        string commit,
        string agent,
        OrchestratorSettings settings,
        int limit,
        IEnumerable<string>? paths,
        CancellationToken stop
    )
    {
        var tree = await CommitFileReader.ReadAsync(new GitCommitReaderAndWriter(repository), commit, stop);
        return await new RepositoryInstructionReader(tree, AgentInstructionFileSelectionRule.Of(agent, settings), limit).ReadAsync(
            [.. paths ?? []],
            stop
        );
    }
}

/// <summary>
/// Reads the instruction files of a commit for one agent program. These are the files in the root and in subfolders, the rule files in
/// <c>.claude/rules</c>, and all imported files. Files that the program itself reads are skipped, and no file is read twice.
/// </summary>
/// <param name="tree">The files of the commit.</param>
/// <param name="program">Names and locations of the instruction files that the program uses.</param>
/// <param name="limit">Maximum length of each part in characters.</param>
internal sealed class RepositoryInstructionReader(CommitFileReader tree, AgentInstructionFileSelectionRule program, int limit)
{
    private const int DeepestImport = 5;
    private const int MostNamed = 40;
    private const int LargestFile = 1024 * 1024;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Reads the general instruction files and those that apply to the given paths.</summary>
    /// <param name="paths">Paths or globs of the files that the work concerns. Empty if it concerns no particular files.</param>
    public async Task<RepositoryInstructions> ReadAsync(IReadOnlyList<string> paths, CancellationToken stop)
    {
        var (general, scoped) = (
            new LengthLimitedInstructionBuilder(limit),
            new List<(string Path, string Real, Func<PathPattern, bool> Concerns)>()
        );
        foreach (var (path, real) in await FindOfFoldersAsync(stop))
        {
            var folder = HomeOf(path);
            if (folder.Length == 0)
            {
                await AddAsync(general, path, real, "", 0, stop);
            }
            else
            {
                scoped.Add((path, real, PathPattern.Parse(folder).Overlaps));
            }
        }
        foreach (var (path, real) in await FindRulesAsync(stop))
        {
            var scopes = await tree.ReadAsync(real, LargestFile, stop) is { } text ? AgentInstructionFileContent.Read(text).Scopes : [];
            if (scopes.Count == 0)
            {
                await AddAsync(general, path, real, "", 0, stop);
            }
            else
            {
                scoped.Add((path, real, pattern => scopes.Any(scope => PathPattern.Parse(scope).Overlaps(pattern))));
            }
        }
        var patterns = paths.Select(PathPattern.Parse).ToList();
        var forPaths = new LengthLimitedInstructionBuilder(limit);
        foreach (var (path, real, concerns) in scoped.Where(file => patterns.Any(file.Concerns)))
        {
            await AddAsync(forPaths, path, real, "", 0, stop);
        }
        Name(general, [.. scoped.Select(file => file.Path)]);
        return new RepositoryInstructions(general.Text, forPaths.Text);
    }

    /// <summary>
    /// Selects the preferred instruction files of each folder. Folders in which the program itself reads an instruction file are skipped.
    /// </summary>
    private async Task<IReadOnlyList<(string Path, string Real)>> FindOfFoldersAsync(CancellationToken stop)
    {
        var found = new List<(string, string)>();
        var folders = tree
            .Paths.Where(path => AgentInstructionFileSelectionRule.IsName(NameOf(path)) && !IsOfPackage(path))
            .GroupBy(HomeOf, StringComparer.Ordinal);
        foreach (var folder in folders.OrderBy(folder => folder.Key, StringComparer.Ordinal))
        {
            found.AddRange(folder.Any(program.Reads) ? [] : await FirstAsync([.. folder], stop));
        }
        return found;
    }

    /// <summary>
    /// Returns a folder's instruction files with the first existing name in the program's order of preference. There may be several, such
    /// as <c>CLAUDE.md</c> and <c>.claude/CLAUDE.md</c>.
    /// </summary>
    private async Task<IReadOnlyList<(string Path, string Real)>> FirstAsync(IReadOnlyList<string> folder, CancellationToken stop)
    {
        foreach (var name in program.Preferred)
        {
            var found = new List<(string, string)>();
            foreach (var path in folder.Where(path => NameOf(path) == name).OrderBy(path => path.Length))
            {
                if (await tree.FindFileAsync(path, stop) is { } real)
                {
                    found.Add((path, real));
                }
            }
            if (found.Count > 0)
            {
                return found;
            }
        }
        return [];
    }

    private async Task<IReadOnlyList<(string Path, string Real)>> FindRulesAsync(CancellationToken stop)
    {
        var found = new List<(string, string)>();
        foreach (var folder in AgentInstructionFileSelectionRule.RuleFolders)
        {
            found.AddRange((await tree.FindBelowAsync(folder, ".md", stop)).Where(file => !program.Reads(file.Shown)));
        }
        return found;
    }

    /// <summary>Adds a file and the files that it imports to the instructions. Each file is added only once.</summary>
    private async Task AddAsync(
        LengthLimitedInstructionBuilder part,
        string path,
        string real,
        string importedBy,
        int depth,
        CancellationToken stop
    )
    {
        if (program.Reads(real) || !_taken.Add(real) || await tree.ReadAsync(real, LargestFile, stop) is not { } content)
        {
            return;
        }
        var text = AgentInstructionFileContent.Read(content);
        var imports = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var import in text.Imports.Where(import => import[0] is not ('/' or '~')))
        {
            if (await tree.FindFileAsync(CommitFileReader.Join(CommitFileReader.FolderOf(real), import), stop) is { } imported)
            {
                imports[import] = imported;
            }
        }
        part.Add(path, importedBy, text.Unmarked(imports.ContainsKey));
        foreach (var imported in depth < DeepestImport ? imports.Values.ToList() : [])
        {
            await AddAsync(part, imported, imported, path, depth + 1, stop);
        }
    }

    /// <summary>
    /// Adds the names of instruction files that apply only to certain folders or files. The agent reads such a file when it works on these
    /// folders or files.
    /// </summary>
    private static void Name(LengthLimitedInstructionBuilder part, IReadOnlyList<string> paths)
    {
        if (paths.Count > 0)
        {
            var more = paths.Count > MostNamed ? $" and {paths.Count - MostNamed} more" : "";
            part.Note(
                "These files have further instructions for their folders or for the paths that they name. Read one before you work "
                    + $"there: {string.Join(", ", paths.Take(MostNamed))}{more}."
            );
        }
    }

    private static bool IsOfPackage(string path) => $"/{path}".Contains("/node_modules/", StringComparison.Ordinal);

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Returns the folder to which an instruction file applies.</summary>
    private static string HomeOf(string path)
    {
        var folder = CommitFileReader.FolderOf(path);
        return AgentInstructionFileSelectionRule.ProgramFolders.Contains(NameOf(folder)) ? CommitFileReader.FolderOf(folder) : folder;
    }

    /// <summary>Builds one part of the instructions, up to a maximum length in characters.</summary>
    private sealed class LengthLimitedInstructionBuilder(int limit)
    {
        private readonly StringBuilder _text = new();
        private readonly List<string> _cut = [];

        public string Text =>
            _cut.Count == 0
                ? _text.ToString()
                : $"{_text}\n\nThese files have instructions that did not fit here; read them before you begin: "
                    + $"{string.Join(", ", _cut.Take(MostNamed))}.";

        public void Add(string path, string importedBy, string text)
        {
            if (text.Length == 0)
            {
                return;
            }
            var left = limit - _text.Length;
            if (left <= 0)
            {
                _cut.Add(path);
                return;
            }
            Note($"## {path}{(importedBy.Length > 0 ? $" (imported by {importedBy})" : "")}");
            if (text.Length > left)
            {
                _cut.Add(path);
                text = text[..left];
            }
            _text.Append("\n\n").Append(text);
        }

        public void Note(string text) => _text.Append(_text.Length > 0 ? "\n\n" : "").Append(text);
    }
}
