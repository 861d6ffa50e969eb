@echo off
rem Runs Quiver. In a checkout it builds first; MSBuild finds out by itself whether there is anything to do.
setlocal
set "root=%~dp0"

if exist "%root%Quiver.Server.exe" (
  "%root%Quiver.Server.exe" %*
  exit /b
)
if exist "%root%Quiver.Server.dll" (
  dotnet "%root%Quiver.Server.dll" %*
  exit /b
)

where dotnet >nul 2>nul || (
  echo quiver: the .NET SDK 10 is needed to build: https://dotnet.microsoft.com/download 1>&2
  exit /b 2
)
dotnet build "%root%src\Quiver.Server" -c Release -v quiet --nologo 1>&2 || exit /b 2
dotnet "%root%artifacts\bin\Quiver.Server\release\Quiver.Server.dll" %*
