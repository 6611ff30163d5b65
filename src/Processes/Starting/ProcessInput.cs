namespace Orchestrator.Processes;

/// <summary>A child's standard input. A child that does not read it is no error.</summary>
public sealed class ProcessInput
{
    private readonly ReadOnlyMemory<byte> _bytes;

    private ProcessInput(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Empty: the child sees the end of its input at once.</summary>
    public static ProcessInput None { get; } = new(default);

    /// <summary>A text, as UTF-8 without byte order mark.</summary>
    public static ProcessInput FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes as they are.</summary>
    public static ProcessInput FromBytes(ReadOnlyMemory<byte> bytes) => new(bytes);

    internal Stream Open() => new MemoryStream(_bytes.ToArray(), writable: false);
}
