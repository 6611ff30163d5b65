using System.Security.Cryptography;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// Creates, synchronizes and removes the copies of one login file that sandboxed agents on this machine use. If an agent renews its tokens,
/// the new ones are copied to the user's file and to the other copies. Otherwise, the user or another agent would keep tokens that are no
/// longer valid.
/// </summary>
/// <param name="login">The user's login file.</param>
/// <param name="folder">Absolute path of the folder that contains the copies. No sandbox can read it.</param>
/// <param name="time">The clock.</param>
internal sealed class LoginFileCopies(AgentLoginFile login, string folder, TimeProvider time)
{
    /// <summary>Maximum size of a login file in bytes.</summary>
    private const int Largest = 1024 * 1024;

    private const string CopyName = "copy";
    private const string GivenName = "given";
    private const string StartName = "start";
    private const string ProblemName = "problem";
    private const string RemovedName = "removed";

    /// <summary>Remaining lifetime of a token at which programs start to renew the token.</summary>
    private static readonly TimeSpan s_early = TimeSpan.FromMinutes(5);

    /// <summary>Maximum time that other agents wait for an agent to renew its tokens.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    // The user's file may be a symbolic link, for example from a dotfile manager. The link is kept and its target is replaced.
    private string Place =>
        File.Exists(login.Path) ? File.ResolveLinkTarget(login.Path, returnFinalTarget: true)?.FullName ?? login.Path : login.Path;

    /// <summary>
    /// Creates an agent run's copy of the login file. If the user's tokens are about to expire, agents start one at a time, so that the
    /// first one renews the tokens for all.
    /// </summary>
    /// <param name="start">Absolute path of the agent run's folder.</param>
    /// <param name="isUsed">True if the agent uses the login. False if a variable contains a key that the agent prefers.</param>
    /// <param name="removed">Members of the file's top level that the copy does not contain, because their keys stay outside.</param>
    /// <returns>Absolute path of the copy, or null if the user has no such login file.</returns>
    public async Task<string?> TakeAsync(string start, bool isUsed, IReadOnlyList<string> removed, CancellationToken stop)
    {
        while (true)
        {
            using (await LockAsync(stop))
            {
                Synchronize();
                if (RegularFileReader.TryRead(Place, Largest) is not { } content)
                {
                    return null;
                }
                if (!isUsed || !IsEnding(LoginFileContent.TryParse(login, content)) || !IsAwaited(start))
                {
                    var own = FolderOf(start);
                    PrivateFolder.Make(own);
                    SymlinkSafeFileWriter.Write(Path.Combine(own, StartName), start);
                    SymlinkSafeFileWriter.Write(Path.Combine(own, RemovedName), JsonSerializer.Serialize(removed));
                    var given = AgentApiKeyLocation.Remove(content, removed);
                    Write(Path.Combine(own, GivenName), given);
                    WriteInto(Path.Combine(own, CopyName), given);
                    return Path.Combine(own, CopyName);
                }
            }
            await Task.Delay(s_pause, time, stop);
        }
    }

    /// <summary>Copies renewed tokens to the user's login file and to the other copies.</summary>
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

    /// <summary>
    /// Copies renewed tokens to the user's login file and the other copies after an agent has ended, and removes the agent's copy.
    /// </summary>
    /// <param name="start">Absolute path of the agent run's folder.</param>
    /// <returns>Sentence with the reason why the agent's tokens were not copied back. Empty if they were copied or the agent has
    /// none.</returns>
    public async Task<string> ReturnAsync(string start, CancellationToken stop)
    {
        if (!Directory.Exists(folder))
        {
            return "";
        }
        using (await LockAsync(stop))
        {
            Synchronize(except: FolderOf(start));
            var problem = RegularFileReader.TryRead(Path.Combine(FolderOf(start), ProblemName), Largest);
            FolderRemover.Remove(FolderOf(start));
            return Encoding.UTF8.GetString(problem ?? []);
        }
    }

    private Task<InterProcessFileLock> LockAsync(CancellationToken stop)
    {
        PrivateFolder.Make(folder);
        return InterProcessFileLock.AcquireAsync(Path.Combine(folder, "lock"), stop);
    }

    private void Synchronize(string? except = null)
    {
        var copies = Directory.EnumerateDirectories(folder).Select(path => new LoginFileCopy(path)).ToList();
        copies.ForEach(CopyBack);
        if (RegularFileReader.TryRead(Place, Largest) is { } current && LoginFileContent.TryParse(login, current) is { } known)
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

    private void CopyBack(LoginFileCopy copy)
    {
        var file = RegularFileReader.TryRead(Place, Largest);
        if (
            LoginFileContent.TryParse(login, copy.Given) is not { } given
            || LoginFileContent.TryParse(login, copy.Content) is not { } changed
            || changed.HasTokensOf(given)
            || LoginFileContent.TryParse(login, file) is not { } whole
            || LoginFileContent.TryParse(login, copy.Without(file!)) is not { } current
            || changed.HasTokensOf(current)
        )
        {
            return;
        }
        if (!changed.IsOfAccountOf(current))
        {
            SymlinkSafeFileWriter.Write(
                Path.Combine(copy.Folder, ProblemName),
                $"An agent's copy of {login.Path} names another account or has different members, so it was not copied back."
            );
            return;
        }
        // The tokens were renewed twice. The user's file already contains those of the user's session or of another agent, so the ones that
        // expire later are kept.
        if (!current.HasTokensOf(given) && !(changed.Expires > current.Expires))
        {
            return;
        }
        var temporary = $"{Place}.{Guid.NewGuid():n}.tmp";
        Write(temporary, whole.With(changed));
        File.Move(temporary, Place, overwrite: true);
        Write(Path.Combine(copy.Folder, GivenName), changed.Content);
    }

    // The sandbox shows this very file, so its content is overwritten. A new file in its place would not be visible to the agent.
    private void PassOn(LoginFileContent current, LoginFileCopy copy)
    {
        if (LoginFileContent.TryParse(login, copy.Given)?.HasTokensOf(current) == true && !copy.IsRefused)
        {
            return;
        }
        var content = copy.Without(current.Content);
        WriteInto(Path.Combine(copy.Folder, CopyName), content);
        Write(Path.Combine(copy.Folder, GivenName), content);
    }

    private bool IsEnding(LoginFileContent? document) => document?.Expires is { } end && end - time.GetUtcNow() < s_early;

    /// <summary>True if another agent has tokens that are about to expire and may renew them soon.</summary>
    private bool IsAwaited(string start)
    {
        var others = Directory
            .EnumerateDirectories(folder)
            .Where(path => path != FolderOf(start))
            .Select(path => new LoginFileCopy(path))
            .Where(copy => IsEnding(LoginFileContent.TryParse(login, copy.Given)))
            .ToList();
        return others.Exists(IsYoung) && !others.Exists(copy => !IsYoung(copy) && copy.IsRunning);

        bool IsYoung(LoginFileCopy copy) => time.GetUtcNow() - copy.Begun < s_longest;
    }

    private string FolderOf(string start) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(start)))[..32]);

    private static void Write(string path, byte[] content)
    {
        using var file = SymlinkSafeFileWriter.Create(path);
        SymlinkSafeFileWriter.KeepPrivate(path);
        file.Write(content);
    }

    private static void WriteInto(string path, byte[] content)
    {
        using var file = SymlinkSafeFileWriter.Open(path);
        SymlinkSafeFileWriter.KeepPrivate(path);
        file.Write(content);
        file.SetLength(content.Length);
    }

    private sealed class LoginFileCopy(string folder)
    {
        private readonly string _start = Encoding.UTF8.GetString(RegularFileReader.TryRead(Path.Combine(folder, StartName), Largest) ?? []);

        public string Folder => folder;

        public byte[]? Content => RegularFileReader.TryRead(Path.Combine(folder, CopyName), Largest);

        public byte[]? Given => RegularFileReader.TryRead(Path.Combine(folder, GivenName), Largest);

        public byte[] Without(byte[] content) =>
            AgentApiKeyLocation.Remove(
                content,
                RegularFileReader.TryRead(Path.Combine(folder, RemovedName), Largest) is { } names
                    ? JsonSerializer.Deserialize<string[]>(names) ?? []
                    : []
            );

        public bool IsRefused => File.Exists(Path.Combine(folder, ProblemName));

        public DateTimeOffset Begun => new(File.GetLastWriteTimeUtc(Path.Combine(folder, StartName)));

        public bool IsRunning => AgentSupervisor.ReadState(_start) == AgentRunStatus.Running;

        public bool HasEnded =>
            !Directory.Exists(_start) || AgentSupervisor.ReadState(_start) is not (AgentRunStatus.Running or AgentRunStatus.NotStarted);
    }
}
