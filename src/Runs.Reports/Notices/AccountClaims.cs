using System.Security.Cryptography;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>An account that does not work is told by one run of this user on this machine, however many wait for it.</summary>
/// <param name="folder">Folder of the books.</param>
/// <param name="time">The clock.</param>
internal sealed class AccountClaims(string folder, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    /// <summary>True where this run is the one that tells it.</summary>
    /// <param name="key">Key of the fact, which is the same in all runs.</param>
    /// <param name="run">The run's book.</param>
    public bool TryTake(string key, string run)
    {
        var path = PathOf(key);
        if (DurableFile.TryRead(path) is { } holder)
        {
            if (holder == run)
            {
                return true;
            }
            if (time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(path) < Longest)
            {
                return false;
            }

            // Its run told it long ago, and never that it was over: it was killed.
            File.Delete(path);
        }
        return DurableFile.TryCreate(path, run) || DurableFile.TryRead(path) == run;
    }

    /// <summary>The account works again, or the run has ended: what happens next is told anew.</summary>
    public void Release(string key, string run)
    {
        var path = PathOf(key);
        if (DurableFile.TryRead(path) == run)
        {
            File.Delete(path);
        }
    }

    private string PathOf(string key) =>
        Path.Combine(folder, $"account-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16]}.txt");
}
