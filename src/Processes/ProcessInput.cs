namespace Orchestrator.Processes;

/// <summary>What a child reads on its standard input. A child that does not read it is no fault.</summary>
public sealed class ProcessInput
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string? _path;

    private ProcessInput(ReadOnlyMemory<byte> bytes, string? path)
    {
        _bytes = bytes;
        _path = path;
    }

    /// <summary>Nothing: the child sees the end of its input at once.</summary>
    public static ProcessInput None { get; } = new(default, null);

    /// <summary>A text, as UTF-8 without byte order mark.</summary>
    public static ProcessInput FromText(string text) => new(Encoding.UTF8.GetBytes(text), null);

    /// <summary>Bytes as they are.</summary>
    public static ProcessInput FromBytes(ReadOnlyMemory<byte> bytes) => new(bytes, null);

    /// <summary>The content of a file, read while the child reads. A missing file fails the start.</summary>
    public static ProcessInput FromFile(string path) => new(default, path);

    /// <summary>Opens what is to be written before the child is started, so that a missing file starts nothing.</summary>
    internal Stream Open() =>
        _path is null
            ? new MemoryStream(_bytes.ToArray(), writable: false)
            : new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
