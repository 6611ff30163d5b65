namespace Orchestrator.ServerKillTest.PowerLoss;

/// <summary>
/// Lets so many writes and syncs be done; the next one kills the process in its middle, so inside a commit or a checkpoint.
/// </summary>
internal sealed class DyingDisk(string folder, int operations) : IDisk
{
    private int _left = operations;

    /// <inheritdoc/>
    public string Folder { get; } = folder;

    /// <inheritdoc/>
    public void Opened(string path) { }

    /// <inheritdoc/>
    public void Deleted(string path) { }

    /// <inheritdoc/>
    public Verdict Write(string path, long offset, ReadOnlySpan<byte> data) => Next();

    /// <inheritdoc/>
    public Verdict Truncate(string path, long size) => Verdict.Done;

    /// <inheritdoc/>
    public Verdict Sync(string path) => Next();

    private Verdict Next() => Interlocked.Decrement(ref _left) <= 0 ? Verdict.Kills : Verdict.Done;
}
