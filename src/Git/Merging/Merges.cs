using System.Security.Cryptography;

namespace Orchestrator.Git.Merging;

/// <summary>One version of a file in a conflict.</summary>
/// <param name="Path">Relative to the root.</param>
/// <param name="Mode">Git's mode.</param>
/// <param name="Id">The content's id.</param>
/// <param name="Stage">1: the common base, 2: ours, 3: theirs.</param>
public sealed record ConflictStage(string Path, string Mode, string Id, int Stage);

/// <summary>git's message about one merge, for people.</summary>
/// <param name="Paths">The files it is about.</param>
/// <param name="Kind">git's short name of the case, such as <c>CONFLICT (contents)</c> or <c>Auto-merging</c>.</param>
/// <param name="Text">The sentence.</param>
public sealed record MergeMessage(IReadOnlyList<string> Paths, string Kind, string Text);

/// <summary>The merge of two commits by git without a checkout. A conflict is a result.</summary>
/// <param name="Tree">The merged tree; with conflicts it contains conflict markers and must not be committed.</param>
/// <param name="Conflicts">The versions of the conflicted files; empty: the merge is clean.</param>
/// <param name="Messages">git's messages.</param>
public sealed record MergedTree(string Tree, IReadOnlyList<ConflictStage> Conflicts, IReadOnlyList<MergeMessage> Messages)
{
    /// <summary>True if there is no conflict.</summary>
    public bool IsClean => Conflicts.Count == 0 && !Messages.Any(message => message.Kind.StartsWith("CONFLICT", StringComparison.Ordinal));

    /// <summary>The files in conflict, each once, sorted.</summary>
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
public sealed class Merges(GitRepository repository)
{
    /// <summary>Merges two commits into a tree.</summary>
    /// <param name="ours">A commit, for example the staging branch's tip.</param>
    /// <param name="theirs">A commit, for example a task's.</param>
    /// <param name="appendedFiles">Files to which both sides only append: both sides' lines are kept (<c>merge=union</c>).</param>
    /// <param name="cancellationToken">Ends the merge; only unnamed objects remain.</param>
    /// <param name="objects">Object folder for reading and writing; null: the repository's.</param>
    public async Task<MergedTree> MergeAsync(
        string ours,
        string theirs,
        IReadOnlyCollection<string>? appendedFiles = null,
        CancellationToken cancellationToken = default,
        IReadOnlyDictionary<string, string?>? objects = null
    )
    {
        var memory = repository.Part<ObjectCache>();
        if (ObjectId.IsId(ours) && memory.Find(theirs) is { } ahead && memory.IsAncestor(ours, theirs) == true)
        {
            return new MergedTree(ahead.Tree, [], []); // Theirs was made on top of ours: there is nothing to merge.
        }
        var call = repository.Call("merge-tree", "--write-tree", "--messages", "-z", ours, theirs) with
        {
            AnswerCodes = [0, 1],
            Environment = objects ?? new Dictionary<string, string?>(),
            Settings = [$"core.attributesFile={AttributesFile(appendedFiles ?? [])}", "merge.renames=true", "merge.directoryRenames=false"],
        };
        return Parse(await repository.AddObjectsAsync(call, cancellationToken));
    }

    /// <summary>Applies the change of one commit to another base: a merge whose common ancestor is that commit's parent. Used to reuse a
    /// finished result.</summary>
    /// <param name="result">The commit whose difference to its first parent is applied.</param>
    /// <param name="onto">The commit that is the new base.</param>
    /// <param name="appendedFiles">As in <see cref="MergeAsync"/>.</param>
    public async Task<MergedTree> ApplyAsync(
        string result,
        string onto,
        IReadOnlyCollection<string>? appendedFiles = null,
        CancellationToken cancellationToken = default
    )
    {
        var stand = await new CommitStore(repository).CreateAsync(
            onto + "^{tree}",
            [result + "^"],
            "Base for applying a result",
            trailers: null,
            cancellationToken
        );
        return await MergeAsync(stand, result, appendedFiles, cancellationToken);
    }

    /// <summary>Reads <c>merge-tree --write-tree --messages -z</c>: the tree, the conflicted versions, an empty field, then the
    /// messages.</summary>
    internal static MergedTree Parse(GitOutput output)
    {
        var fields = output.Fields();
        var next = 1;
        var conflicts = new List<ConflictStage>();
        for (; next < fields.Length && fields[next].Length > 0; next++)
        {
            var tab = fields[next].IndexOf('\t', StringComparison.Ordinal);
            var facts = fields[next][..tab].Split(' ');
            conflicts.Add(new ConflictStage(fields[next][(tab + 1)..], facts[0], facts[1], facts[2][0] - '0'));
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

    /// <summary>An attributes file that names the appended files; one per set of names, by hash. Also without any it replaces the user's
    /// own attributes.</summary>
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

    /// <summary>A gitattributes(5) pattern for exactly this path: anchored, wildcards escaped, quoted like a C string.</summary>
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
