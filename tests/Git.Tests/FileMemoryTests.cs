using System.Text;

namespace Orchestrator.Git.Tests;

public sealed class FileMemoryTests
{
    [Fact]
    public async Task TryFind_SettledFileChangedInPlaceWithItsTimePutBack_IsReadAnew()
    {
        using var folder = new TestKit.TempFolder();
        var path = Path.Combine(folder.Path, "config");
        File.WriteAllText(path, "hooks=none\n");
        await RememberedAsync(path);
        var before = Read(path);
        Assert.Same(before, Read(path));
        var time = File.GetLastWriteTimeUtc(path);

        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, "hooks=evil\n"u8, 0);
        }

        File.SetLastWriteTimeUtc(path, time);

        Assert.Equal("hooks=evil\n", Read(path)!.Text);
    }

    [Fact]
    public void TryFind_FileThatHasJustChanged_IsNotRemembered()
    {
        using var folder = new TestKit.TempFolder();
        var path = Path.Combine(folder.Path, "HEAD");

        for (var i = 0; i < 200; i++)
        {
            using (var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
                RandomAccess.Write(file, Encoding.ASCII.GetBytes($"{i:000}"), 0);
            }

            Assert.Equal($"{i:000}", Read(path)!.Text);
        }
    }

    [Fact]
    public async Task TryFind_OtherPermissions_AreSeen()
    {
        using var folder = new TestKit.TempFolder();
        var path = Path.Combine(folder.Path, "hook");
        File.WriteAllText(path, "#!/bin/sh\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RememberedAsync(path);
        var before = Read(path)!.Guarded;

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Equal("600", before.Mode);
        Assert.Equal(before with { Mode = "700" }, Read(path)!.Guarded);
    }

    [Fact]
    public async Task TryFind_NothingThere_IsKnown()
    {
        using var folder = new TestKit.TempFolder();
        var path = Path.Combine(folder.Path, "shallow");
        File.WriteAllText(path, "x");
        await RememberedAsync(path);
        Assert.NotNull(Read(path));

        File.Delete(path);

        Assert.Null(Read(path));
        Assert.Null(Read(Path.Combine(path, "below")));
    }

    [Fact]
    public void TryFind_LinkFolderOrLargeFile_IsLeftToOthers()
    {
        using var folder = new TestKit.TempFolder();
        var (large, link) = (Path.Combine(folder.Path, "large"), Path.Combine(folder.Path, "link"));
        File.WriteAllBytes(large, new byte[10_000]);
        File.CreateSymbolicLink(link, large);

        Assert.False(FileMemory.TryFind(folder.Path, out _));
        Assert.False(FileMemory.TryFind(large, out _));
        Assert.False(FileMemory.TryFind(link, out _));
    }

    private static Task RememberedAsync(string path) => TestKit.Eventually.TrueAsync(() => ReferenceEquals(Read(path), Read(path)));

    private static RememberedFile? Read(string path)
    {
        Assert.True(FileMemory.TryFind(path, out var file));
        return file;
    }
}
