using System.Security.Cryptography;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>
/// Ensures that only one run on this host notifies the user about an unavailable account or a used-up shared budget that affects several
/// runs.
/// </summary>
/// <param name="folder">Absolute path of the folder with the notice records.</param>
/// <param name="time">The clock.</param>
internal sealed class AccountNoticeDeduplicator(string folder, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    /// <summary>Claims for a run the right to send a notice. Returns true if this run must send the notice.</summary>
    /// <param name="key">Key of the fact to report. It is the same in all runs.</param>
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

            // The claim is old but was never released, so the run that made it was killed.
            File.Delete(path);
        }
        return DurableFile.TryCreate(path, run) || DurableFile.TryRead(path) == run;
    }

    /// <summary>
    /// Releases a run's claim after the problem has been solved or the run has ended, so that the next problem is reported.
    /// </summary>
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
