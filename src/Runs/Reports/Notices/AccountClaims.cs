using System.Security.Cryptography;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Ensures that only one of a user's runs on this host sends the notice of an unavailable account, however many runs wait for
/// it.</summary>
/// <param name="folder">Folder of the notice records.</param>
/// <param name="time">The clock.</param>
internal sealed class AccountClaims(string folder, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    /// <summary>True if this run sends the notice.</summary>
    /// <param name="key">Key of the fact, which is equal in all runs.</param>
    /// <param name="run">Name of the run's notice record.</param>
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

            // The claim is old and was never released, so its run must have been killed.
            File.Delete(path);
        }
        return DurableFile.TryCreate(path, run) || DurableFile.TryRead(path) == run;
    }

    /// <summary>Releases the claim when the account works again or the run has ended, so that the next problem is reported
    /// again.</summary>
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
