using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Temporal.Grpc;

/// <summary>
/// The texts and the frame of the protocol (gRPC over HTTP/2): message prefix, gzip, <c>grpc-message</c>, <c>grpc-timeout</c>.
/// </summary>
internal static class GrpcEncoding
{
    public const string ContentType = "application/grpc";
    public const int PrefixLength = 5;

    /// <summary>Writes the five bytes before a message: compressed or not, and its length.</summary>
    public static void WritePrefix(Span<byte> destination, bool compressed, int length)
    {
        destination[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)length);
    }

    /// <summary>Reads the five bytes before a message.</summary>
    public static (bool Compressed, uint Length) ReadPrefix(ReadOnlySpan<byte> prefix)
    {
        if (prefix[0] > 1)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"message flag {prefix[0]} is neither 0 nor 1");
        }

        return (prefix[0] == 1, BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));
    }

    public static byte[] Compress(ReadOnlySpan<byte> message)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        return buffer.ToArray();
    }

    /// <summary>Undoes gzip; refuses what grows past <paramref name="limit"/> bytes.</summary>
    public static byte[] Decompress(byte[] compressed, int limit)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
            using var buffer = new MemoryStream();
            var chunk = new byte[16 * 1024];
            for (int read; (read = gzip.Read(chunk)) > 0; )
            {
                if (buffer.Length + read > limit)
                {
                    throw TooLarge(buffer.Length + read, limit);
                }

                buffer.Write(chunk, 0, read);
            }

            return buffer.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "message is not valid gzip: " + e.Message, innerException: e);
        }
    }

    public static GrpcException TooLarge(long length, int limit) =>
        new(GrpcStatusCode.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {limit})");

    /// <summary>Printable ASCII but '%' stays, every other byte of the UTF-8 text becomes %XX.</summary>
    public static string PercentEncode(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            _ = b is >= 0x20 and <= 0x7e and not (byte)'%'
                ? result.Append((char)b)
                : result.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }

    /// <summary>Undoes <see cref="PercentEncode"/>; what is no valid escape stays as it is.</summary>
    public static string PercentDecode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (
                text[i] == '%'
                && i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            )
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>A time limit as the header has it: at most eight digits and a unit, rounded up.</summary>
    public static string EncodeTimeout(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return "1n";
        }

        var milliseconds = (long)Math.Ceiling(timeout.TotalMilliseconds);
        return milliseconds <= 99_999_999
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(99_999_999, (long)Math.Ceiling(timeout.TotalSeconds))}S");
    }

    /// <summary>Reads the header; null when it is absent or malformed, which means no limit.</summary>
    public static TimeSpan? DecodeTimeout(string? header)
    {
        if (
            header is null
            || header.Length is < 2 or > 9
            || !long.TryParse(header.AsSpan(0, header.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        )
        {
            return null;
        }

        return header[^1] switch
        {
            'H' => Limit(value, TimeSpan.TicksPerHour),
            'M' => Limit(value, TimeSpan.TicksPerMinute),
            'S' => Limit(value, TimeSpan.TicksPerSecond),
            'm' => Limit(value, TimeSpan.TicksPerMillisecond),
            'u' => Limit(value, TimeSpan.TicksPerMicrosecond),
            'n' => TimeSpan.FromTicks(value / 100),
            _ => null,
        };
    }

    // Timers end at about 49 days; a year is as good as no limit.
    private static TimeSpan Limit(long value, long ticks) =>
        value > TimeSpan.TicksPerDay * 40 / ticks ? TimeSpan.FromDays(40) : TimeSpan.FromTicks(value * ticks);
}
