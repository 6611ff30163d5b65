using System.Text;
using Orchestrator.Git.Program;

namespace Orchestrator.Git.Tests;

public sealed class FileNameEncodingTests
{
    [Fact]
    public void Decode_AnyBytes_CanBeHadBackAndDifferWhereTheyDiffer()
    {
        var random = new Random(20261121);
        var seen = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(1, 12)];
            random.NextBytes(bytes);
            if (i % 3 == 0)
            {
                // Characters that stand for bytes are bytes, too.
                bytes = [.. Encoding.UTF8.GetBytes($"{(char)random.Next(0xEF70, 0xF010)}"), .. bytes];
            }

            var text = FileNameEncoding.Decode(bytes);

            Assert.Equal(bytes, FileNameEncoding.Encode(text));
            Assert.Equal(bytes, seen.GetValueOrDefault(text, bytes));
            seen[text] = bytes;
        }
    }

    [Fact]
    public void Split_FieldsOfWhichOneIsNoText_AreAllThere()
    {
        var fields = FileNameEncoding.Split([.. "a b"u8, 0, .. "n"u8, 0xFC, 0, .. "ü"u8, 0]);

        Assert.Equal(["a b", "n\uEFFC", "ü"], fields);
        Assert.Equal(@"n\xFC", FileNameEncoding.Show(fields[1]));
        Assert.False(FileNameEncoding.IsUtf8(fields[1]));
        Assert.Empty(FileNameEncoding.Split([]));
    }

    [Fact]
    public void Show_LongOrWithControlCharacters_IsOneBoundedLine() =>
        Assert.Equal((true, @"a\x0Ab"), (FileNameEncoding.Show(new string('x', 5000)).Length < 300, FileNameEncoding.Show("a\nb")));
}
