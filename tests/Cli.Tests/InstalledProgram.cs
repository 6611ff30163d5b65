using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

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

    /// <summary>The id that distinguishes workers of this build from those of others.</summary>
    public string BuildId => Version.Split('+') is [var version, { Length: > 12 } commit] ? $"{version}+{commit[..12]}" : Version;

    /// <summary>The same program as another build: one version up. Files are replaced, not written over.</summary>
    public void Upgrade()
    {
        var (bytes, version) = (File.ReadAllBytes(Assembly), Version);
        // "0.1.0+COMMIT": the minor version is one digit.
        bytes[bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(version)) + 2]++;
        File.WriteAllBytes(Assembly + ".new", bytes);
        File.Move(Assembly + ".new", Assembly, overwrite: true);
    }

    /// <summary>Replaces a native library with the given content, or removes it if null.</summary>
    /// <param name="name">The library's file.</param>
    /// <param name="content">Content of the file.</param>
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

    /// <summary>Starts a program as a user would, with a home of its own.</summary>
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
    /// <returns>Exit code and output.</returns>
    public async Task<(int ExitCode, string Said)> RunAsync(CliFixture cli, params string[] arguments)
    {
        using var process = Start(cli, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        var said = await output + await errors;

        // The client's native core would log there on its own.
        Xunit.Assert.DoesNotContain("temporalio_sdk_core::", said, StringComparison.Ordinal);
        return (process.ExitCode, said);
    }

    private string Assembly => Path.Combine(_folder, Name + ".dll");

    private string Version
    {
        get
        {
            using var file = new PEReader(File.OpenRead(Assembly));
            var reader = file.GetMetadataReader();
            var attribute = reader
                .GetAssemblyDefinition()
                .GetCustomAttributes()
                .Select(reader.GetCustomAttribute)
                .Single(one =>
                    one.Constructor.Kind == HandleKind.MemberReference
                    && reader.GetMemberReference((MemberReferenceHandle)one.Constructor).Parent is { Kind: HandleKind.TypeReference } type
                    && reader.GetString(reader.GetTypeReference((TypeReferenceHandle)type).Name)
                        == nameof(AssemblyInformationalVersionAttribute)
                );
            var blob = reader.GetBlobReader(attribute.Value);
            blob.ReadUInt16();
            return blob.ReadSerializedString()!;
        }
    }
}
