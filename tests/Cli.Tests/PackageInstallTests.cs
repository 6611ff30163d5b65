using System.Diagnostics;
using System.Runtime.InteropServices;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The installer beside the packages, with a program that plays the packed one.</summary>
public class PackageInstallTests
{
    [Fact]
    public void Install_OverAnOlderVersion_ReplacesTheProgramAndHasPagesAndCompletionWritten()
    {
        using var folder = new TempFolder();
        var packages = Directory.CreateDirectory(Path.Combine(folder.Path, "packages")).FullName;
        File.Copy(RepositoryFiles.Path("scripts/package-install"), Path.Combine(packages, "install.sh"));
        const string program = "#!/bin/sh\n[ \"$1\" = --version ] && echo 9.9.9 || echo \"$@\" > \"$(dirname \"$0\")/../called\"\n";
        Pack(packages, program);
        var prefix = Path.Combine(folder.Path, "a prefix");
        Directory.CreateDirectory(Path.Combine(prefix, "bin"));
        File.WriteAllText(Path.Combine(prefix, "bin", "orchestrate"), "old");

        var output = Start(packages, "./install.sh", "--prefix", prefix);

        Assert.Equal(program, File.ReadAllText(Path.Combine(prefix, "bin", "orchestrate")));
        Assert.Equal(
            $"man {prefix}/share",
            Directory.GetFiles(folder.Path, "called", SearchOption.AllDirectories).Select(File.ReadAllText).Single().Trim()
        );
        Assert.Contains("orchestrate 9.9.9 is installed", output, StringComparison.Ordinal);
        Assert.Contains($"Add {prefix}/bin to your PATH.", output, StringComparison.Ordinal);
    }

    private static void Pack(string packages, string program)
    {
        if (RuntimeInformation.OSArchitecture == Architecture.X64)
        {
            File.WriteAllText(Path.Combine(packages, "orchestrate-9.9.9-linux-x64"), program);
            return;
        }
        var packed = Directory.CreateDirectory(Path.Combine(packages, "orchestrate-9.9.9-linux-arm64"));
        File.WriteAllText(Path.Combine(packed.FullName, "orchestrate"), program);
        Start(packages, "chmod", "+x", "orchestrate-9.9.9-linux-arm64/orchestrate");
        Start(packages, "tar", "-czf", "orchestrate-9.9.9-linux-arm64.tar.gz", "orchestrate-9.9.9-linux-arm64");
    }

    private static string Start(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(folder, program) is var file && File.Exists(file) ? file : program, arguments)
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }
}
