namespace Orchestrator.Processes;

/// <summary>Standard input of a child. It is not an error if a child does not read its input.</summary>
public sealed class ProcessStandardInput
{
    private readonly Func<Stream> _open;

    private ProcessStandardInput(Func<Stream> open) => _open = open;

    /// <summary>Empty input. The child immediately reads the end of its input.</summary>
    public static ProcessStandardInput None { get; } = FromBytes(default);

    /// <summary>Creates input from text, as UTF-8 without a byte order mark.</summary>
    public static ProcessStandardInput FromText(string text) => FromBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Creates input from bytes.</summary>
    public static ProcessStandardInput FromBytes(ReadOnlyMemory<byte> bytes) =>
        new(() => new MemoryStream(bytes.ToArray(), writable: false));

    /// <summary>
    /// Creates input that copies a stream to the child as data arrives, until the stream ends. The input can be used for only one child.
    /// </summary>
    public static ProcessStandardInput FromStream(Stream stream) => new(() => stream);

    internal Stream Open() => _open();
}
