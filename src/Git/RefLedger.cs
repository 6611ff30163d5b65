using System.Text;

namespace Orchestrator.Git;

/// <summary>
/// What we did with each ref of ours: a file per ref with the values that are right for it, one per line, an empty one for "missing". A move adds the new
/// value before and takes the old one away after, so that neither a crash in between nor two of us at once make our own work look foreign.
/// </summary>
internal sealed class RefLedger(GitRepository repository)
{
    private readonly string _folder = Path.Combine(repository.OwnDirectory, "ledger");

    /// <summary>Only refs below a folder of their own; plain branches such as <c>main</c> are the user's.</summary>
    internal static bool Covers(string name) =>
        name.StartsWith("refs/orchestrator/", StringComparison.Ordinal)
        || (name.StartsWith("refs/heads/", StringComparison.Ordinal) && name.AsSpan("refs/heads/".Length).Count('/') >= 2);

    /// <summary>Before refs are moved.</summary>
    internal void Begin(IEnumerable<RefChange> changes) =>
        Change(changes, (values, change) =>
        {
            if (values.Count == 0)
            {
                values.Add(change.Old ?? string.Empty);
            }

            values.Add(change.New ?? string.Empty);
        });

    /// <summary>After they were moved.</summary>
    internal void End(IEnumerable<RefChange> changes) =>
        Change(changes.Where(change => change.Old != change.New), (values, change) => values.Remove(change.Old ?? string.Empty));

    /// <summary>After they were not moved, because they were not where they should have been.</summary>
    internal void Lost(IEnumerable<RefChange> changes) =>
        Change(changes.Where(change => change.Old != change.New), (values, change) => values.Remove(change.New ?? string.Empty));

    /// <summary>A branch that git made for a worktree, or found there.</summary>
    internal void Made(string name, string id) => Change([new RefChange(name, id, id)], (values, _) =>
    {
        values.Remove(string.Empty);
        if (values.Count == 0)
        {
            values.Add(id);
        }
    });

    /// <summary>The refs below a prefix that we know.</summary>
    internal IEnumerable<string> Names(string prefix)
    {
        var folder = PathOf(prefix);
        return !Directory.Exists(folder)
            ? []
            : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal))
                .Select(path => Path.GetRelativePath(_folder, path));
    }

    /// <summary>
    /// True for a ref with a file of its own that says word for word what the ledger does: the one right value. The commonest case by far, where there is a ref for
    /// each task of a run; false says nothing.
    /// </summary>
    internal bool IsSurelyRight(string name) =>
        FileMemory.TryFind(PathOf(name), out var noted)
        && noted is not null
        && FileMemory.TryFind(Path.Combine(repository.CommonDirectory, name), out var found)
        && found is not null
        && noted.Content.AsSpan().SequenceEqual(found.Content)
        && ObjectMemory.IsId(found.Text.TrimEnd('\n'));

    /// <summary>The values that are right for a ref, or none if we know nothing of it.</summary>
    internal IReadOnlySet<string> Expected(string name) => Read(PathOf(name));

    // Only the last line's end goes: the line before it may be the empty one.
    private static HashSet<string> Read(string path) => FileMemory.TryReadText(path) is { } text ? [.. (text.EndsWith('\n') ? text[..^1] : text).Split('\n')] : [];

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Change(IEnumerable<RefChange> changes, Action<HashSet<string>, RefChange> edit)
    {
        var covered = changes.Where(change => Covers(change.Name)).ToArray();
        if (covered.Length == 0)
        {
            return;
        }

        // For the microseconds of an edit.
        using var one = MutexFile.Take(Path.Combine(repository.OwnDirectory, "ledger.mutex"));
        foreach (var change in covered)
        {
            var path = PathOf(change.Name);
            var values = Read(path);
            edit(values, change);
            Write(path, values);
        }
    }

    private static void Write(string path, HashSet<string> values)
    {
        if (values.All(value => value.Length == 0))
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }

            return;
        }

        var content = Encoding.UTF8.GetBytes(string.Join('\n', values) + "\n");
        if (File.Exists(path))
        {
            // In place: a move of a ref adds a value at the end, or takes one away and leaves what follows it. Whoever reads between the two steps, or comes after
            // a crash there, sees values twice, or an empty one too many.
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.Write(file, content, 0);
            RandomAccess.SetLength(file, content.Length);
            return;
        }

        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true); // A folder of refs that were all deleted.
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        File.WriteAllBytes(aside, content);
        File.Move(aside, path, overwrite: true);
    }
}
