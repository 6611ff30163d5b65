using System.Security.Cryptography;

namespace Orchestrator.Git.Merging;

/// <summary>One version of a file in a conflict.</summary>
/// <param name="Path">Path relative to the root.</param>
/// <param name="Mode">Git's file mode.</param>
/// <param name="Id">Blob id.</param>
/// <param name="Stage">Stage in the index: 1 is the merge base, 2 is ours, 3 is theirs.</param>
public sealed record ConflictedFileVersion(string Path, string Mode, string Id, int Stage);

/// <summary>Message from git about a merge, for display.</summary>
/// <param name="Paths">Files that the message concerns.</param>
/// <param name="Kind">Git's short name of the case, such as <c>CONFLICT (contents)</c> or <c>Auto-merging</c>.</param>
/// <param name="Text">Text of the message.</param>
public sealed record MergeMessage(IReadOnlyList<string> Paths, string Kind, string Text);

/// <summary>Result of merging two commits without a checkout. A conflict is a result, not an error.</summary>
/// <param name="Tree">Merged tree. With conflicts it contains conflict markers and can't be committed.</param>
/// <param name="Conflicts">Versions of the conflicted files, or empty for a clean merge.</param>
/// <param name="Messages">Messages from git.</param>
public sealed record MergedTree(string Tree, IReadOnlyList<ConflictedFileVersion> Conflicts, IReadOnlyList<MergeMessage> Messages)
{
    /// <summary>True if the merge has no conflicts.</summary>
    public bool IsClean => Conflicts.Count == 0 && !Messages.Any(message => message.Kind.StartsWith("CONFLICT", StringComparison.Ordinal));

    /// <summary>Paths of the conflicted files, sorted and without duplicates.</summary>
    public IReadOnlyList<string> ConflictedFiles =>
        [
            .. Conflicts
                .Select(stage => stage.Path)
                .Concat(
                    Messages
                        .Where(message => message.Kind.StartsWith("CONFLICT", StringComparison.Ordinal))
                        .SelectMany(message => message.Paths)
                )
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
}

/// <summary>Merges commits without touching any checkout.</summary>
public sealed class TreeMerger(GitRepository repository)
{
    /// <summary>Merges two commits into a tree.</summary>
    /// <param name="ours">First commit, for example the tip of the staging branch.</param>
    /// <param name="theirs">Second commit, for example a task's.</param>
    /// <param name="appendedFiles">Files to which both sides only append. The lines of both sides are kept (<c>merge=union</c>).</param>
    /// <param name="cancellationToken">Cancels the merge. A canceled merge leaves only objects that no ref names.</param>
    /// <param name="objects">Object folder for reading and writing, or null for the repository's own.</param>
    public async Task<MergedTree> MergeAsync(
        string ours,
        string theirs,
        IReadOnlyCollection<string>? appendedFiles = null,
        CancellationToken cancellationToken = default,
        IReadOnlyDictionary<string, string?>? objects = null
    )
    {
        var memory = repository.Part<CommitAndDiffCache>();
        if (ObjectId.IsId(ours) && memory.Find(theirs) is { } ahead && memory.IsAncestor(ours, theirs) == true)
        {
            return new MergedTree(ahead.Tree, [], []); // Theirs is a descendant of ours, so nothing has to be merged.
        }
        var call = repository.Call("merge-tree", "--write-tree", "--messages", "-z", ours, theirs) with
        {
            AnswerCodes = [0, 1],
            Environment = objects ?? new Dictionary<string, string?>(),
            Settings = [$"core.attributesFile={AttributesFile(appendedFiles ?? [])}", "merge.renames=true", "merge.directoryRenames=false"],
        };
        return Parse(await repository.AddObjectsAsync(call, cancellationToken));
    }

    /// <summary>
    /// Applies the change made by one commit to another base commit, with a merge that uses the first commit's parent as the merge base.
    /// Used to reuse the result of an earlier run.
    /// </summary>
    /// <param name="result">Commit whose difference to its first parent is applied.</param>
    /// <param name="onto">New base commit.</param>
    /// <param name="appendedFiles">As in <see cref="MergeAsync"/>.</param>
    public async Task<MergedTree> ApplyAsync(
        string result,
        string onto,
        IReadOnlyCollection<string>? appendedFiles = null,
        CancellationToken cancellationToken = default
    )
    {
        var stand = await new GitCommitReaderAndWriter(repository).CreateAsync(
            onto + "^{tree}",
            [result + "^"],
            "Base for applying a result",
            trailers: null,
            cancellationToken
        );
        return await MergeAsync(stand, result, appendedFiles, cancellationToken);
    }

    /// <summary>Parses the output of <c>merge-tree --write-tree --messages -z</c>: the tree, the conflicted versions, an empty field and
    /// the messages.</summary>
    internal static MergedTree Parse(GitCommandResult output)
    {
        var fields = output.Fields();
        var next = 1;
        var conflicts = new List<ConflictedFileVersion>();
        for (; next < fields.Length && fields[next].Length > 0; next++)
        {
            var tab = fields[next].IndexOf('\t', StringComparison.Ordinal);
            var facts = fields[next][..tab].Split(' ');
            conflicts.Add(new ConflictedFileVersion(fields[next][(tab + 1)..], facts[0], facts[1], facts[2][0] - '0'));
        }
        var messages = new List<MergeMessage>();
        for (next++; next < fields.Length && int.TryParse(fields[next], out var count); )
        {
            messages.Add(
                new MergeMessage(fields[(next + 1)..(next + 1 + count)], fields[next + 1 + count], fields[next + 2 + count].Trim())
            );
            next += count + 3;
        }
        return new MergedTree(fields[0], conflicts, messages);
    }

    /// <summary>
    /// Returns the path of an attributes file that makes git keep the lines of both sides when it merges the given append-only files. Git
    /// uses this file instead of the user's attributes, even if no files are given.
    /// </summary>
    internal string AttributesFile(IReadOnlyCollection<string> appendedFiles)
    {
        if (appendedFiles.Count == 0)
        {
            return "/dev/null";
        }
        var content = string.Concat(appendedFiles.Order(StringComparer.Ordinal).Select(path => $"{AttributePattern(path)} merge=union\n"));
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
        var file = Path.Combine(repository.OwnDirectory, "attributes", name);
        if (!File.Exists(file))
        {
            DurableFile.Write(file, content);
        }
        return file;
    }

    /// <summary>Returns a gitattributes(5) pattern that matches exactly this path: anchored, with escaped wildcards, and quoted like a C
    /// string.</summary>
    internal static string AttributePattern(string path)
    {
        var pattern = new StringBuilder("\"/");
        foreach (var character in path)
        {
            pattern.Append(
                character switch
                {
                    '*' or '?' or '[' => $"\\\\{character}",
                    '\\' => "\\\\\\\\",
                    '"' => "\\\"",
                    '\n' => "\\n",
                    '\t' => "\\t",
                    '\r' => "\\r",
                    _ => character,
                }
            );
        }
        return pattern.Append('"').ToString();
    }
}
