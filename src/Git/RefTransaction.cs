using System.Text;

namespace Orchestrator.Git;

/// <summary>
/// Makes and moves refs of ours without git, by git's own protocol for files (gitrepository-layout(5), git-update-ref(1)): NAME.lock is made, which must not be
/// there, the ref is compared, the new value is synced to disk, the reflog gets its line, the lock gets the ref's name. A task moves three refs; for those lines
/// a process costs more than all else. What is not that simple (deletions, symbolic refs, another storage, odd names) is left to git.
/// </summary>
internal sealed class RefTransaction
{
    private const int Fatal = 128;
    private const int MostTries = 10;
    private readonly GitRepository _repository;
    private readonly IReadOnlyCollection<RefChange> _changes;
    private readonly string _reason;
    private readonly bool _logs;

    private RefTransaction(GitRepository repository, IReadOnlyCollection<RefChange> changes, string reason, bool logs)
    {
        _repository = repository;
        _changes = changes;
        _reason = reason;
        _logs = logs;
    }

    /// <summary>The transaction; null if git has to do it.</summary>
    internal static RefTransaction? TryPlan(GitRepository repository, IReadOnlyCollection<RefChange> changes, string reason)
    {
        if (!repository.TakesOurObjectsAndRefs
            || LogsBranches(repository) is not { } logs
            || reason.Contains('\n', StringComparison.Ordinal)
            || changes.DistinctBy(change => change.Name).Count() != changes.Count)
        {
            return null;
        }

        var head = FileMemory.TryReadText(Path.Combine(repository.CommonDirectory, "HEAD"))?.Trim();
        return changes.All(change => head != "ref: " + change.Name && IsSimple(repository, change)) ? new RefTransaction(repository, changes, reason, logs) : null;
    }

    /// <summary>Moves all of the refs or none.</summary>
    /// <exception cref="GitException">A lock file is in the way, or the disk is full, in git's words; or a ref is not what it should be.</exception>
    internal void Run()
    {
        var locked = new List<RefChange>();
        try
        {
            foreach (var change in _changes)
            {
                using var file = Lock(change);
                locked.Add(change);
                if (!RefFiles.TryRead(_repository, change.Name, out var now) || now != change.Old)
                {
                    throw new GitException($"'{change.Name}' is {now ?? "missing or no plain ref"}, where {change.Old ?? "nothing"} was expected.", Fatal);
                }

                file.Write(Encoding.ASCII.GetBytes(change.New + "\n"));
                file.Flush(flushToDisk: true);
            }

            foreach (var change in _changes)
            {
                Log(change);
                File.Move(LockOf(change), PathOf(change), overwrite: true);
                locked.Remove(change); // What has the lock's name from here on is somebody else's.
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitException($"Refs could not be moved: {e.Message}", Fatal, e.Message, e);
        }
        finally
        {
            locked.ForEach(change => File.Delete(LockOf(change)));
        }
    }

    /// <summary>
    /// A ref of ours, and an object that is there: in <c>refs/heads</c> a commit. A new one is neither a folder of refs nor below a ref.
    /// </summary>
    private static bool IsSimple(GitRepository repository, RefChange change)
    {
        if (!Refs.AreOurs(change.Name)
            || !change.Name.Split('/').All(IsPlain)
            || change.New is not { Length: 40 } id
            || !ObjectMemory.IsId(id)
            || change.Old is { Length: not 40 }
            || !File.Exists(Path.Combine(repository.CommonDirectory, "objects", id[..2], id[2..]))
            || (change.Name.StartsWith("refs/heads/", StringComparison.Ordinal) && repository.Memory.Find(id) is null)
            || Directory.Exists(Path.Combine(repository.CommonDirectory, change.Name))
            || Directory.Exists(Path.Combine(repository.CommonDirectory, "logs", change.Name)))
        {
            return false;
        }

        return change.Old is not null
            || (RefFiles.TryList(repository, change.Name) is { Count: 0 }
                && Above(change.Name).All(name => RefFiles.TryRead(repository, name, out var above) && above is null));
    }

    /// <summary>The names that would have to be folders: <c>refs/heads/a</c> and <c>refs/heads/a/b</c> of <c>refs/heads/a/b/c</c>.</summary>
    private static IEnumerable<string> Above(string name)
    {
        for (var end = name.LastIndexOf('/'); name.AsSpan(0, end).Count('/') >= 2; end = name.LastIndexOf('/', end - 1))
        {
            yield return name[..end];
        }
    }

    /// <summary>True for a part of a name that git takes and that needs no quoting.</summary>
    private static bool IsPlain(string part) =>
        part.Length > 0
        && char.IsAsciiLetterOrDigit(part[0])
        && !part.EndsWith(".lock", StringComparison.Ordinal)
        && !part.EndsWith('.')
        && !part.Contains("..", StringComparison.Ordinal)
        && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    /// <summary>Whether a new branch gets a reflog (core.logAllRefUpdates); null: only git knows.</summary>
    private static bool? LogsBranches(GitRepository repository) => repository.Configuration.Get("core.logallrefupdates") switch
    {
        null => !repository.IsBare,
        "true" => true,
        "false" => false,
        _ => null,
    };

    private FileStream Lock(RefChange change)
    {
        for (var more = MostTries; ; more--)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(change))!);
            try
            {
                return new FileStream(LockOf(change), FileMode.CreateNew, FileAccess.Write);
            }
            catch (DirectoryNotFoundException) when (more > 1)
            {
                // A git that has deleted the last ref of a folder removes the folder too.
            }
            catch (IOException e) when (File.Exists(LockOf(change)))
            {
                throw new GitException($"'{change.Name}' is locked.", Fatal, $"Unable to create '{LockOf(change)}': File exists.", e);
            }
        }
    }

    /// <summary>Where there is a log it goes on; a branch begins one.</summary>
    private void Log(RefChange change)
    {
        var log = Path.Combine(_repository.CommonDirectory, "logs", change.Name);
        if (!File.Exists(log) && !(_logs && change.Name.StartsWith("refs/heads/", StringComparison.Ordinal)))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(Encoding.UTF8.GetBytes($"{change.Old ?? ObjectMemory.NoObject} {change.New} {_repository.Identity.At(CommitObject.Now())}\t{_reason}\n"));
    }

    private string PathOf(RefChange change) => Path.Combine(_repository.CommonDirectory, change.Name);

    private string LockOf(RefChange change) => PathOf(change) + ".lock";
}
