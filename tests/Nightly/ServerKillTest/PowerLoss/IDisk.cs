namespace Orchestrator.ServerKillTest.PowerLoss;

/// <summary>Told of everything that SQLite does to the files of one folder, before it is done. Called from any thread.</summary>
internal interface IDisk
{
    /// <summary>Absolute path of the folder.</summary>
    string Folder { get; }

    void Opened(string path);

    void Deleted(string path);

    /// <summary>Decides if the write succeeds, fails, or is the last operation.</summary>
    Verdict Write(string path, long offset, ReadOnlySpan<byte> data);

    Verdict Truncate(string path, long size);

    /// <summary>Called when the real sync has succeeded.</summary>
    Verdict Sync(string path);
}

/// <summary>The outcome of an operation.</summary>
internal enum Verdict
{
    /// <summary>The operation succeeds.</summary>
    Done,

    /// <summary>The operation fails, as on a disk that is gone.</summary>
    Fails,

    /// <summary>The process is killed in the middle of it.</summary>
    Kills,
}
