using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace CnnService.Training.Tests;

/// <summary>
/// <c>.ci/run</c> repeats the numerical tests under switches in the environment; a switch that a later runtime or C library ignored would make
/// those runs prove nothing. DOTNET_EnableAVX512F and DOTNET_EnableFMA, for example, do nothing in .NET 10.
/// </summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class InstructionSetTests
{
    private const string CLibrarySwitch = "GLIBC_TUNABLES", DigestFile = "INSTRUCTION_SET_TESTS_DIGEST_FILE";

    [Fact]
    public void Switches_FromTheEnvironment_TookEffect()
    {
        bool no512 = IsSet("DOTNET_EnableAVX512", "0"), noAvx2 = IsSet("DOTNET_EnableAVX2", "0"), none = IsSet("DOTNET_EnableHWIntrinsic", "0");
        bool width256 = IsSet("DOTNET_PreferredVectorBitWidth", "256"), width128 = IsSet("DOTNET_PreferredVectorBitWidth", "128");

        if (no512 || noAvx2 || none || width256 || width128) Assert.False(Vector512.IsHardwareAccelerated, "512-bit vectors are still in use.");
        if (noAvx2 || none || width128) Assert.False(Vector256.IsHardwareAccelerated, "256-bit vectors are still in use.");
        else Assert.Equal(Avx2.IsSupported, Vector256.IsHardwareAccelerated);
        if (noAvx2 || none) Assert.False(Avx2.IsSupported || Fma.IsSupported, "AVX2 or fused multiply-add is still in use.");
        if (none) Assert.False(Vector128.IsHardwareAccelerated, "128-bit vectors are still in use.");
    }

    /// <summary>On x64, where glibc has an exp and a pow with fused multiply-add and takes another one when that is masked.</summary>
    [Fact]
    public async Task CLibrarySwitch_FromTheEnvironment_ChangesTheBitsOfMath()
    {
        if (Environment.GetEnvironmentVariable(DigestFile) is { } file)
        {
            await File.WriteAllTextAsync(file, MathDigest(), TestContext.Current.CancellationToken);
            return;
        }

        bool masked = Environment.GetEnvironmentVariable(CLibrarySwitch) is not null && Fma.IsSupported;

        Assert.Equal(masked, MathDigest() != await DigestOfAProcessWithoutTheSwitch());
    }

    private static bool IsSet(string variable, string value) => Environment.GetEnvironmentVariable(variable) == value;

    /// <summary>Starts this very test again, which then writes its digest to a file.</summary>
    private static async Task<string> DigestOfAProcessWithoutTheSwitch()
    {
        string file = Path.GetTempFileName();
        try
        {
            string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Training.Tests.exe" : "Training.Tests");
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"{typeof(InstructionSetTests).FullName}.{nameof(CLibrarySwitch_FromTheEnvironment_ChangesTheBitsOfMath)}");
            start.Environment.Remove(CLibrarySwitch);
            start.Environment[DigestFile] = file;
            using Process process = Process.Start(start)!;
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, output);
            return await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string MathDigest()
    {
        double[] results = [.. Enumerable.Range(0, 200_000).SelectMany(i => (double[])[Math.Exp(i * 0.001 - 100), Math.Pow(0.999, i * 0.01)])];
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(results.AsSpan())));
    }
}
