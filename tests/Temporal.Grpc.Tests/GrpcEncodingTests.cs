using System.Text;
using Temporal.Grpc;
using Xunit;

namespace Orchestrator.Temporal.Grpc.Tests;

public sealed class GrpcEncodingTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("line\nbreak", "line%0Abreak")]
    [InlineData("caf\u00e9", "caf%C3%A9")]
    public void PercentEncode_Text_ReadsBackTheSame(string text, string encoded)
    {
        Assert.Equal(encoded, GrpcEncoding.PercentEncode(text));
        Assert.Equal(text, GrpcEncoding.PercentDecode(encoded));
    }

    [Theory]
    [InlineData("50% off", "50% off")]
    [InlineData("%zz%4", "%zz%4")]
    public void PercentDecode_BrokenEscape_IsKept(string encoded, string text) => Assert.Equal(text, GrpcEncoding.PercentDecode(encoded));

    [Theory]
    [InlineData("5S", 5_000)]
    [InlineData("1M", 60_000)]
    [InlineData("250m", 250)]
    [InlineData("2000000u", 2_000)]
    [InlineData("3000000n", 3)]
    public void DecodeTimeout_EachUnit_GivesMilliseconds(string header, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), GrpcEncoding.DecodeTimeout(header));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5S")]
    [InlineData("123456789S")]
    [InlineData("5x")]
    public void DecodeTimeout_Malformed_IsNoLimit(string header) => Assert.Null(GrpcEncoding.DecodeTimeout(header));

    [Fact]
    public void EncodeTimeout_LongAndShort_FitsEightDigits()
    {
        Assert.Equal("1500m", GrpcEncoding.EncodeTimeout(TimeSpan.FromSeconds(1.5)));
        Assert.Equal("864000S", GrpcEncoding.EncodeTimeout(TimeSpan.FromDays(10)));
        Assert.Equal("1n", GrpcEncoding.EncodeTimeout(TimeSpan.Zero));
    }

    [Fact]
    public void Decompress_PastTheLimit_IsRefused()
    {
        var compressed = GrpcEncoding.Compress(Encoding.UTF8.GetBytes(new string('x', 10_000)));

        Assert.Equal(10_000, GrpcEncoding.Decompress(compressed, 10_000).Length);
        var e = Assert.Throws<GrpcException>(() => GrpcEncoding.Decompress(compressed, 9_999));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, e.Code);
    }
}
