namespace Orchestrator.Processes;

/// <summary>A child's standard input. A child that does not read it is no error.</summary>
public sealed class ProcessInput
{
    private readonly Func<Stream> _open;

    private ProcessInput(Func<Stream> open) => _open = open;

    /// <summary>Empty: the child sees the end of its input at once.</summary>
    public static ProcessInput None { get; } = FromBytes(default);

    /// <summary>A text, as UTF-8 without byte order mark.</summary>
    public static ProcessInput FromText(string text) => FromBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes as they are.</summary>
    public static ProcessInput FromBytes(ReadOnlyMemory<byte> bytes) => new(() => new MemoryStream(bytes.ToArray(), writable: false));

    /// <summary>The content of a stream, as it comes, until its end. It serves one child.</summary>
    public static ProcessInput FromStream(Stream stream) => new(() => stream);

    internal Stream Open() => _open();
}
