using System.Security.Cryptography;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>The copies of one login file that confined agents of a user have, over all runs of this machine. Tokens that an agent's
/// program has replaced are taken over and passed on to the other copies, so that no agent and no user is left with a used
/// token.</summary>
/// <param name="login">The user's file.</param>
/// <param name="folder">Absolute path of the folder for its copies; no sandbox shows it.</param>
/// <param name="time">The clock.</param>
internal sealed class LoginCopies(LoginFile login, string folder, TimeProvider time)
{
    /// <summary>Bytes of the largest login file.</summary>
    private const int Largest = 1024 * 1024;

    private const string CopyName = "copy";
    private const string GivenName = "given";
    private const string StartName = "start";
    private const string ProblemName = "problem";
    private const string RemovedName = "removed";

    /// <summary>The time before a token ends from which on programs replace it.</summary>
    private static readonly TimeSpan s_early = TimeSpan.FromMinutes(5);

    /// <summary>The time that an agent has to replace its token before the others stop waiting for it.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    // A file of a dotfile manager is a link, which stays.
    private string Place =>
        File.Exists(login.Path) ? File.ResolveLinkTarget(login.Path, returnFinalTarget: true)?.FullName ?? login.Path : login.Path;

    /// <summary>Makes the copy of an agent run. Where the user's tokens are about to end, one agent after the other begins, so that the
    /// first one replaces them for all.</summary>
    /// <param name="start">Absolute path of the start's folder.</param>
    /// <param name="isUsed">True if the agent has no key that it prefers.</param>
    /// <param name="removed">Members of the file's top level that the copy does not contain, because their keys stay outside.</param>
    /// <returns>Absolute path of the copy; null if the user has no such file.</returns>
    public async Task<string?> TakeAsync(string start, bool isUsed, IReadOnlyList<string> removed, CancellationToken stop)
    {
        while (true)
        {
            using (await LockAsync(stop))
            {
                Synchronize();
                if (RegularFile.TryRead(Place, Largest) is not { } content)
                {
                    return null;
                }
                if (!isUsed || !IsEnding(LoginDocument.TryParse(login, content)) || !IsAwaited(start))
                {
                    var own = FolderOf(start);
                    PrivateFolder.Make(own);
                    OwnFile.Write(Path.Combine(own, StartName), start);
                    OwnFile.Write(Path.Combine(own, RemovedName), JsonSerializer.Serialize(removed));
                    var given = StoredKey.Remove(content, removed);
                    Write(Path.Combine(own, GivenName), given);
                    WriteInto(Path.Combine(own, CopyName), given);
                    return Path.Combine(own, CopyName);
                }
            }
            await Task.Delay(s_pause, time, stop);
        }
    }

    /// <summary>Takes over new tokens, and passes them on.</summary>
    public async Task SynchronizeAsync(CancellationToken stop)
    {
        if (Directory.Exists(folder))
        {
            using (await LockAsync(stop))
            {
                Synchronize();
            }
        }
    }

    /// <summary>Does the same, and removes the copy of an agent that has ended.</summary>
    /// <param name="start">Absolute path of the start's folder.</param>
    /// <returns>Why its tokens were not taken over, a sentence; empty if they were, or it has none.</returns>
    public async Task<string> ReturnAsync(string start, CancellationToken stop)
    {
        if (!Directory.Exists(folder))
        {
            return "";
        }
        using (await LockAsync(stop))
        {
            Synchronize(except: FolderOf(start));
            var problem = RegularFile.TryRead(Path.Combine(FolderOf(start), ProblemName), Largest);
            FolderRemover.Remove(FolderOf(start));
            return Encoding.UTF8.GetString(problem ?? []);
        }
    }

    private Task<LockFile> LockAsync(CancellationToken stop)
    {
        PrivateFolder.Make(folder);
        return LockFile.TakeAsync(Path.Combine(folder, "lock"), stop);
    }

    private void Synchronize(string? except = null)
    {
        var copies = Directory.EnumerateDirectories(folder).Select(path => new LoginCopy(path)).ToList();
        copies.ForEach(TakeOver);
        if (RegularFile.TryRead(Place, Largest) is { } current && LoginDocument.TryParse(login, current) is { } known)
        {
            foreach (var copy in copies)
            {
                PassOn(known, copy);
            }
        }
        foreach (var ended in copies.Where(copy => copy.Folder != except && copy.HasEnded))
        {
            FolderRemover.Remove(ended.Folder);
        }
    }

    private void TakeOver(LoginCopy copy)
    {
        var file = RegularFile.TryRead(Place, Largest);
        if (
            LoginDocument.TryParse(login, copy.Given) is not { } given
            || LoginDocument.TryParse(login, copy.Content) is not { } changed
            || changed.HasTokensOf(given)
            || LoginDocument.TryParse(login, file) is not { } whole
            || LoginDocument.TryParse(login, copy.Without(file!)) is not { } current
            || changed.HasTokensOf(current)
        )
        {
            return;
        }
        if (!changed.IsOfAccountOf(current))
        {
            OwnFile.Write(
                Path.Combine(copy.Folder, ProblemName),
                $"An agent's copy of {login.Path} names another account or has other members, so it was not copied back."
            );
            return;
        }
        // Replaced twice: the user's own session, or another agent that the service let do so, was first.
        if (!current.HasTokensOf(given) && !(changed.Expires > current.Expires))
        {
            return;
        }
        var temporary = $"{Place}.{Guid.NewGuid():n}.tmp";
        Write(temporary, whole.With(changed));
        File.Move(temporary, Place, overwrite: true);
        Write(Path.Combine(copy.Folder, GivenName), changed.Content);
    }

    // The agent has the file itself, so it is written and not replaced.
    private void PassOn(LoginDocument current, LoginCopy copy)
    {
        if (LoginDocument.TryParse(login, copy.Given)?.HasTokensOf(current) == true && !copy.IsRefused)
        {
            return;
        }
        var content = copy.Without(current.Content);
        WriteInto(Path.Combine(copy.Folder, CopyName), content);
        Write(Path.Combine(copy.Folder, GivenName), content);
    }

    private bool IsEnding(LoginDocument? document) => document?.Expires is { } end && end - time.GetUtcNow() < s_early;

    /// <summary>True if another agent has tokens that are about to end, and may replace them soon.</summary>
    private bool IsAwaited(string start)
    {
        var others = Directory
            .EnumerateDirectories(folder)
            .Where(path => path != FolderOf(start))
            .Select(path => new LoginCopy(path))
            .Where(copy => IsEnding(LoginDocument.TryParse(login, copy.Given)))
            .ToList();
        return others.Exists(IsYoung) && !others.Exists(copy => !IsYoung(copy) && copy.IsRunning);

        bool IsYoung(LoginCopy copy) => time.GetUtcNow() - copy.Begun < s_longest;
    }

    private string FolderOf(string start) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(start)))[..32]);

    private static void Write(string path, byte[] content)
    {
        using var file = OwnFile.Create(path);
        OwnFile.KeepPrivate(path);
        file.Write(content);
    }

    private static void WriteInto(string path, byte[] content)
    {
        using var file = OwnFile.Open(path);
        OwnFile.KeepPrivate(path);
        file.Write(content);
        file.SetLength(content.Length);
    }

    private sealed class LoginCopy(string folder)
    {
        private readonly string _start = Encoding.UTF8.GetString(RegularFile.TryRead(Path.Combine(folder, StartName), Largest) ?? []);

        public string Folder => folder;

        public byte[]? Content => RegularFile.TryRead(Path.Combine(folder, CopyName), Largest);

        public byte[]? Given => RegularFile.TryRead(Path.Combine(folder, GivenName), Largest);

        public byte[] Without(byte[] content) =>
            StoredKey.Remove(
                content,
                RegularFile.TryRead(Path.Combine(folder, RemovedName), Largest) is { } names
                    ? JsonSerializer.Deserialize<string[]>(names) ?? []
                    : []
            );

        public bool IsRefused => File.Exists(Path.Combine(folder, ProblemName));

        public DateTimeOffset Begun => new(File.GetLastWriteTimeUtc(Path.Combine(folder, StartName)));

        public bool IsRunning => AgentSupervisor.Look(_start) == AgentStartState.Running;

        public bool HasEnded =>
            !Directory.Exists(_start) || AgentSupervisor.Look(_start) is not (AgentStartState.Running or AgentStartState.NotStarted);
    }
}
