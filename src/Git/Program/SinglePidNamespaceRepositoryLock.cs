namespace Orchestrator.Git.Program;

/// <summary>
/// Ensures that only one PID namespace at a time works in a repository. In another PID namespace (for example a second container with the
/// same volume), the recorded process ids are meaningless, so running work would be mistaken for leftovers and removed. Claims are flock(2)
/// locks, which work across the containers of a host and are released when their holders exit.
/// </summary>
internal sealed class SinglePidNamespaceRepositoryLock(GitRepository repository, string own)
{
    private const string Ending = ".namespace";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private readonly string _folder = Path.Combine(repository.OwnDirectory, "namespaces");

    /// <summary>Claims the repository for the PID namespace of this process.</summary>
    /// <returns>Claim that is released when disposed.</returns>
    /// <exception cref="GitException">Another namespace works in the repository.</exception>
    internal async Task<IDisposable> ClaimAsync(CancellationToken cancellationToken)
    {
        OrchestratorFolderCreator.Ensure(_folder);

        // Takes its own claim before checking other claims, so that at least one of two processes that start at the same time sees the
        // other.
        var claim = await OpenOwnAsync(Path.Combine(_folder, own + Ending), cancellationToken);
        var other = Directory.GetFiles(_folder, "*" + Ending).FirstOrDefault(file => file != claim.Name && IsHeld(file));
        if (other is null)
        {
            return claim;
        }
        await claim.DisposeAsync();
        throw new GitException(
            $"Another container is using '{repository.MainCheckout ?? repository.CommonDirectory}' (PID namespace "
                + $"{Path.GetFileNameWithoutExtension(other)}), so its processes are invisible here. Wait until its runs have "
                + "ended, or give each container its own clone."
        );
    }

    private static async Task<FileStream> OpenOwnAsync(string file, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // On Unix this takes a shared flock(2), which all processes of the namespace can hold at once.
                var claim = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read);
                if (File.Exists(file))
                {
                    return claim;
                }
                await claim.DisposeAsync();
            }
            catch (IOException) when (File.Exists(file))
            {
                await Task.Delay(Pause, cancellationToken); // Another namespace is checking for claims.
            }
        }
    }

    /// <summary>True if a process holds the claim. Otherwise, removes the claim file.</summary>
    private static bool IsHeld(string file)
    {
        try
        {
            using var alone = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None);
            File.Delete(file);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
