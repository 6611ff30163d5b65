using System.Buffers.Binary;

namespace Orchestrator.Network;

/// <summary>Result of inspecting the first bytes of a connection.</summary>
internal enum ClientHelloKind
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>The client does not start with a TLS handshake.</summary>
    NotTls,

    /// <summary>The client starts with a TLS handshake, which may contain a server name.</summary>
    Tls,
}

/// <summary>Reads the server name from a TLS ClientHello (RFC 8446, 4.1.2; RFC 6066, 3).</summary>
internal static class ClientHello
{
    /// <summary>First byte sent by a TLS client.</summary>
    public const byte Handshake = 22;

    private const byte Hello = 1;
    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const int VersionAndRandom = 34;
    private const int ServerNameExtension = 0;
    private const byte HostName = 0;

    /// <summary>Inspects the first bytes that a client sent.</summary>
    /// <param name="bytes">Bytes that the client has sent so far.</param>
    /// <returns>The kind, and the server name in lower case, or an empty name if there is none.</returns>
    public static (ClientHelloKind Kind, string ServerName) Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RecordHeader)
        {
            return (bytes.Length > 0 && bytes[0] != Handshake ? ClientHelloKind.NotTls : ClientHelloKind.Incomplete, "");
        }
        if (bytes[0] != Handshake || bytes[1] != 3)
        {
            return (ClientHelloKind.NotTls, "");
        }
        var message = Join(bytes, out var isWhole);
        if (message.Length > 0 && message[0] != Hello)
        {
            return (ClientHelloKind.NotTls, "");
        }
        if (message.Length < MessageHeader || message.Length < MessageHeader + LengthOf(message))
        {
            return (isWhole ? ClientHelloKind.Incomplete : ClientHelloKind.NotTls, "");
        }
        return (ClientHelloKind.Tls, NameIn(new TlsHandshakeReader(message.AsSpan(MessageHeader, LengthOf(message)))));
    }

    private static int LengthOf(byte[] message) => (message[1] << 16) | (message[2] << 8) | message[3];

    /// <summary>Joins the fragments of the handshake message, which a client may split across several records.</summary>
    /// <param name="isWhole">False if the message is followed by something other than a handshake.</param>
    private static byte[] Join(ReadOnlySpan<byte> bytes, out bool isWhole)
    {
        List<byte> message = [];
        isWhole = true;
        while (bytes.Length >= RecordHeader)
        {
            if (bytes[0] != Handshake)
            {
                isWhole = false;
                break;
            }
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]), bytes.Length - RecordHeader);
            message.AddRange(bytes.Slice(RecordHeader, length));
            bytes = bytes[(RecordHeader + length)..];
        }
        return [.. message];
    }

    private static string NameIn(TlsHandshakeReader hello)
    {
        hello.Skip(VersionAndRandom);
        hello.Skip(hello.Byte()); // session id
        hello.Skip(hello.Short()); // cipher suites
        hello.Skip(hello.Byte()); // compression methods
        var extensions = new TlsHandshakeReader(hello.Take(hello.Short()));
        var name = "";
        while (extensions.HasMore)
        {
            var type = extensions.Short();
            var content = extensions.Take(extensions.Short());
            if (type == ServerNameExtension)
            {
                // Servers disagree about which of two names is used, so two names are treated as if there were no name.
                name = name.Length == 0 ? HostNameIn(new TlsHandshakeReader(content)) : "";
            }
        }
        return hello.IsValid && extensions.IsValid ? name : "";
    }

    private static string HostNameIn(TlsHandshakeReader list)
    {
        list = new TlsHandshakeReader(list.Take(list.Short()));
        var type = list.Byte();
        var name = list.Take(list.Short());
        return list is { IsValid: true, HasMore: false } && type == HostName ? Encoding.Latin1.GetString(name).ToLowerInvariant() : "";
    }

    /// <summary>Reads numbers and slices from a buffer. A read past the end returns an empty value and makes the reader invalid.</summary>
    private ref struct TlsHandshakeReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public bool IsValid { get; private set; } = true;

        public readonly bool HasMore => IsValid && _rest.Length > 0;

        public ReadOnlySpan<byte> Take(int count)
        {
            if (count > _rest.Length)
            {
                IsValid = false;
                _rest = [];
                return [];
            }
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        public void Skip(int count) => Take(count);

        public int Byte() => Take(1) is [var value] ? value : 0;

        public int Short() => Take(2) is [var high, var low] ? (high << 8) | low : 0;
    }
}
