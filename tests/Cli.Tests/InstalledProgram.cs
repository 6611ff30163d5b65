using System.Diagnostics;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Orchestrator.Cli.Tests;

/// <summary>The program in a folder of its own, where another build takes its place as an upgrade does.</summary>
internal sealed class InstalledProgram
{
    private const string Name = "orchestrate";
    private readonly string _folder;

    /// <summary>Installs the build that is tested.</summary>
    /// <param name="folder">A folder that is not there yet.</param>
    public InstalledProgram(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        foreach (var entry in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            var target = Path.Combine(_folder, Path.GetFileName(entry));
            if (Path.GetFileName(entry).StartsWith(Name, StringComparison.Ordinal))
            {
                // What the program is, is looked for beside the real file.
                File.Copy(entry, target);
            }
            else
            {
                File.CreateSymbolicLink(target, entry);
            }
        }
    }

    /// <summary>By which workers of this build are told from those of others.</summary>
    public string BuildId => Read((reader, _) => reader.GetGuid(reader.GetModuleDefinition().Mvid).ToString("D"));

    /// <summary>The same program as another build: one version up, with another build id. Files are replaced, not written over.</summary>
    public void Upgrade()
    {
        var (id, version, minor) = Read(
            (reader, start) =>
                (
                    start
                        + reader.GetHeapMetadataOffset(HeapIndex.Guid)
                        + (16 * (MetadataTokens.GetHeapOffset(reader.GetModuleDefinition().Mvid) - 1)),
                    // Behind the algorithm of hashes and the major version.
                    start + reader.GetTableMetadataOffset(TableIndex.Assembly) + 6,
                    reader.GetAssemblyDefinition().Version.Minor
                )
        );
        var bytes = File.ReadAllBytes(Assembly);
        Guid.NewGuid().TryWriteBytes(bytes.AsSpan(id));
        BitConverter.TryWriteBytes(bytes.AsSpan(version), (ushort)(minor + 1));
        File.WriteAllBytes(Assembly + ".new", bytes);
        File.Move(Assembly + ".new", Assembly, overwrite: true);
    }

    /// <summary>Has this in place of a native library; null: nothing.</summary>
    /// <param name="name">The library's file.</param>
    /// <param name="content">What the file holds.</param>
    public void ReplaceNative(string name, string? content)
    {
        var folder = Path.Combine(_folder, "runtimes");
        var original = new DirectoryInfo(folder).LinkTarget!;
        Directory.Delete(folder);
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (Path.GetFileName(file) != name)
            {
                File.CreateSymbolicLink(copy, file);
            }
            else if (content is not null)
            {
                File.WriteAllText(copy, content);
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="cli">Folder and home.</param>
    /// <param name="arguments">Its arguments.</param>
    public Process Start(CliFixture cli, params string[] arguments) => Start(Path.Combine(_folder, Name), cli, arguments);

    /// <summary>Starts a program as a person would, with a home of its own.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cli">Folder and home.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Process Start(string program, CliFixture cli, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = cli.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = cli.Home;
        start.Environment["XDG_CONFIG_HOME"] = start.Environment["XDG_STATE_HOME"] = null;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="cli">Folder and home.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Exit code and what it said.</returns>
    public async Task<(int ExitCode, string Said)> RunAsync(CliFixture cli, params string[] arguments)
    {
        using var process = Start(cli, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        var said = await output + await errors;

        // The client's native core would say there by itself what it meets.
        Xunit.Assert.DoesNotContain("temporalio_sdk_core::", said, StringComparison.Ordinal);
        return (process.ExitCode, said);
    }

    private string Assembly => Path.Combine(_folder, Name + ".dll");

    private T Read<T>(Func<MetadataReader, int, T> read)
    {
        using var file = new PEReader(File.OpenRead(Assembly));
        return read(file.GetMetadataReader(), file.PEHeaders.MetadataStartOffset);
    }
}
