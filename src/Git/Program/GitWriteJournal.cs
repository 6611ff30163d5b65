using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Git.Program;

/// <summary>
/// Records an intent file before each git write starts, so that lock files of orchestrate's git processes can be identified after a crash.
/// The file names this process, the git process and the command, and its modification time is the start time of the write. Files are
/// emptied and reused, because recreating them would dominate the cost of a write.
/// </summary>
internal sealed class GitWriteJournal(string folder, string commonDirectory)
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ClockError = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnusedFor = TimeSpan.FromMinutes(10);
    private readonly ConcurrentBag<string> _free = [];
    private readonly RepositoryLocks _locks = new(commonDirectory);

    /// <summary>Runs a write, and retries it if a lock file blocked it.</summary>
    /// <param name="command">Command line for messages.</param>
    /// <param name="lockPatience">Maximum time to wait for another process to release a lock file.</param>
    /// <param name="run">Runs the write. Receives the mark for the environment of the git process.</param>
    /// <param name="cancellationToken">Cancels waiting for a lock file.</param>
    internal async Task<GitCommandResult> RunAsync(
        string command,
        TimeSpan lockPatience,
        Func<string, Task<GitCommandResult>> run,
        CancellationToken cancellationToken
    )
    {
        var waited = TimeSpan.Zero;
        for (var pause = FirstPause; ; pause *= 1.5)
        {
            try
            {
                return await RunNotedAsync(command, run);
            }
            catch (GitException e) when (_locks.Of(e) is { } lockFile)
            {
                if (RemoveIfLeft(lockFile))
                {
                    continue;
                }
                if (waited >= lockPatience)
                {
                    throw new GitLockedException(_locks.Describe(lockFile, waited), lockFile);
                }
                await Task.Delay(pause, cancellationToken);
                waited += pause;
            }
        }
    }

    /// <summary>
    /// Waits for git writes whose owner process has ended, because interrupting a write would leave a useless partial result. Stops writes
    /// that take longer than <paramref name="limit"/>.
    /// </summary>
    internal async Task WaitForOrphanedWritesAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        foreach (var note in Notes().Where(note => note.Owner?.IsAlive() != true))
        {
            await new ProcessStopper().StopAsync(
                () => ProcessTable.FindByEnvironment(ProcessRunner.ChildVariable, note.Mark),
                signal: null,
                limit,
                KillLimit,
                cancellationToken
            );
        }
    }

    /// <summary>
    /// Records the end of a process that wrote to the repository without recording intents, such as an agent. Lock files without a holder
    /// can then be attributed to that process. Does nothing if no lock file exists.
    /// </summary>
    internal void NoteEnded(DateTime since)
    {
        if (!_locks.Find().Any())
        {
            return;
        }
        OrchestratorFolderCreator.Ensure(folder);
        var note = Path.Combine(folder, Guid.NewGuid().ToString("N") + GitWriteJournalRecord.Ended);
        File.WriteAllText(note, $"{ProcessIdentity.Current}\n{Guid.NewGuid():N}\nsomebody has ended\n");
        File.SetLastWriteTimeUtc(note, since);
    }

    internal IReadOnlyList<string> RemoveLocksOfTheDead()
    {
        RemoveUnused();
        var notes = Notes().ToLookup(note => note.IsAlive());
        var dead = notes[false].ToArray();
        var removed = _locks.Find().Where(lockFile => RemoveIfLeft(lockFile, dead, notes[true])).ToArray();

        // An intent is kept as long as a lock file exists that its write may have created.
        var newestLeft = _locks.Find().Select(File.GetLastWriteTimeUtc).DefaultIfEmpty(DateTime.MinValue).Max();
        foreach (var note in dead.Where(note => note.Start > newestLeft))
        {
            File.Delete(note.Path);
        }
        return removed;
    }

    private async Task<GitCommandResult> RunNotedAsync(string command, Func<string, Task<GitCommandResult>> run)
    {
        var mark = Guid.NewGuid().ToString("N");
        var note = Take($"{ProcessIdentity.Current}\n{mark}\n{command}\n");
        try
        {
            var output = await run(mark);
            Release(note);
            return output;
        }
        catch (GitException e) when (!WasKilled(e))
        {
            Release(note);
            throw;
        }
        catch
        {
            File.Move(note, note + GitWriteJournalRecord.Ended);
            await new ProcessStopper().StopByEnvironmentAsync(
                ProcessRunner.ChildVariable,
                mark,
                PosixStopSignal.Terminate,
                KillLimit,
                KillLimit
            );
            RemoveLocksOfTheDead();
            throw;
        }
    }

    private string Take(string text)
    {
        OrchestratorFolderCreator.Ensure(folder);
        var note = _free.TryTake(out var used) ? used : Path.Combine(folder, Guid.NewGuid().ToString("N"));
        using var file = Open(note);
        RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), 0); // One call, so that a reader never sees a partial line.
        return note;
    }

    private void Release(string note)
    {
        using (var file = Open(note))
        {
            RandomAccess.SetLength(file, 0);
        }
        _free.Add(note);
    }

    private static SafeFileHandle Open(string note) =>
        File.OpenHandle(note, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Removes intent files that have been unused for a long time. They are created again when needed.</summary>
    private void RemoveUnused()
    {
        if (Directory.Exists(folder))
        {
            foreach (
                var note in new DirectoryInfo(folder)
                    .EnumerateFiles()
                    .Where(note => note.Length == 0 && DateTime.UtcNow - note.LastWriteTimeUtc > UnusedFor)
            )
            {
                note.Delete();
            }
        }
    }

    /// <summary>
    /// True if git was killed, so that its lock files may remain. Git removes these files if it exits by itself. Exit codes up to 129 come
    /// from git (128 fatal, 129 usage), and higher codes from signals.
    /// </summary>
    private static bool WasKilled(GitException fault) => fault.ExitCode is null or > 129;

    private bool RemoveIfLeft(string lockFile)
    {
        var notes = Notes().ToLookup(note => note.IsAlive());
        return RemoveIfLeft(lockFile, notes[false], notes[true]);
    }

    /// <summary>Removes a lock file if a dead git process created it. The file must be newer than the intent of the dead process and older
    /// than the intents of all live processes. No other process may have the file open or run git in the repository. A lock file from
    /// before the last boot is always removed.</summary>
    private bool RemoveIfLeft(string lockFile, IEnumerable<GitWriteJournalRecord> dead, IEnumerable<GitWriteJournalRecord> living)
    {
        var file = new FileInfo(lockFile);
        if (!file.Exists)
        {
            return true;
        }

        // Intents are not synced to disk, so a lock file may exist without its intent after a power failure.
        var made = file.LastWriteTimeUtc;
        if (made < ProcessTable.BootedUtc - ClockError)
        {
            file.Delete();
            return true;
        }
        if (!dead.Any(note => note.Start <= made) || living.Any(note => note.Start <= made) || _locks.HoldersOf(lockFile).Count > 0)
        {
            return false;
        }
        file.Delete();
        return true;
    }

    private IReadOnlyList<GitWriteJournalRecord> Notes() =>
        !Directory.Exists(folder)
            ? []
            : [.. Directory.EnumerateFiles(folder).Select(GitWriteJournalRecord.TryRead).OfType<GitWriteJournalRecord>()];
}
